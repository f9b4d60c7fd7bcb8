"""The engine of all conversations: pure, no clock, no I/O.

A `Flow` is steps in order. Of a conversation only its `Place` is stored; `advance` takes it one
event further. Steps marked `after` are asked once the request has been sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from igor_bot.errors import Invalid
from igor_bot.texts import Text

Answers = Mapping[str, Any]
"""Step key -> code, her own words, a number of people, or None where she skipped."""


@dataclass(frozen=True, slots=True)
class AreaView:
    """What a conversation needs to know of an area. `promise_s`: seconds from a request until
    she is told how it stands, None where no rung of the ladder tells her."""

    id: str
    name: str
    phone: str
    organisation: Text
    promise_s: int | None


@dataclass(frozen=True, slots=True)
class PublicNumber:
    """A number that people are given, where it comes from and when it was last checked."""

    label: str
    number: str
    source: str
    checked: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the moment adds to a conversation; built anew for each event, never stored."""

    now: datetime
    zone: tzinfo
    language: str
    languages: tuple[str, ...] = ()
    region: str = "SE"
    areas: tuple[AreaView, ...] = ()
    requests: tuple[tuple[str, Text], ...] = ()
    """(number, kind and state) of each request that is under way."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What every text may name: emergency, police, helpline, service and the like."""
    numbers: Mapping[str, PublicNumber] = field(default_factory=dict)
    distress: tuple[str, ...] = ()
    """The enabled languages' lists of words of distress."""
    call_words: tuple[str, str] = ("", "")
    """A fresh pair for a callback: the caller says the first, she says the second."""


Options = Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Parser:
    """How a step's answer is read.

    `parse(words, context)` returns the value to store or raises `Invalid` with a kind sentence;
    `options(context)` gives the buttons as code -> label; `takes` names attachments that can
    answer as well ("location", "contact").
    """

    parse: Callable[[str, Context], Any]
    options: Callable[[Context], Options]
    takes: frozenset[str] = frozenset()


def always(_: Answers) -> bool:
    """Ask in every case."""
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `label` names the answer on the desk's card (an empty one is not shown);
    a `guarded` answer is shown to the owner alone, on demand."""

    key: str
    prompt: str
    parser: Parser
    optional: bool = False
    asked: Callable[[Answers], bool] = always
    after: bool = False
    label: str = ""
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a conversation a person is: all that is stored of it."""

    flow: str
    step: str
    answers: Answers = field(default_factory=dict)
    given: tuple[str, ...] = ()
    """Answers known from elsewhere, never asked."""
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation. With `request` it asks the desk for something."""

    name: str
    steps: tuple[Step, ...]
    request: bool = False

    def path(self, place: Place) -> list[Step]:
        """Return the steps that are asked, given the answers so far."""
        return [s for s in self.steps if s.key not in place.given and s.asked(place.answers)]

    def step(self, key: str) -> Step | None:
        """Return the step with this key, or None."""
        return next((s for s in self.steps if s.key == key), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody typed, pressed or attached something. `step` is None for typed words."""

    words: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """One question back."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this question out."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop this conversation."""


Event = Answer | Back | Skip | Cancel


@dataclass(frozen=True, slots=True)
class Ask:
    """Put the question of the place; `problem` says first why the last answer did not fit."""

    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The request is complete: send it. Holds the answers of the path."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Added:
    """An answer given after sending."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left to ask. Holds the answers of the path."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Stopped:
    """She stopped it."""


Result = Ask | Sent | Added | Finished | Stopped


def begin(flow: Flow, given: Answers | None = None) -> Place:
    """Return the place of the first question of `flow`, answers known from elsewhere `given`."""
    known = dict(given or {})
    place = Place(flow.name, "", known, tuple(known))
    first = _open_step(flow, place, flow.path(place))
    return replace(place, step=first.key)


def advance(
    flow: Flow, place: Place, event: Event, context: Context
) -> tuple[Place | None, tuple[Result, ...]]:
    """Take a conversation one event further.

    Returns the new place (None when it ended) and what follows from it, in order.
    """
    path = flow.path(place)
    here = next((s for s in path if s.key == place.step), None)
    match event:
        case Cancel():
            return None, (Stopped(),)
        case _ if here is None:  # a deploy took the step away
            return replace(place, step=_open_step(flow, place, path).key), (Ask(),)
        case Back():
            return replace(place, step=_before(path, here).key), (Ask(),)
        case Skip() if here.optional:
            return _accept(flow, place, here, None)
        case Answer(words, step) if step in (None, here.key):
            try:
                value = here.parser.parse(words, context)
            except Invalid as refusal:
                problem = refusal.problem
                return place, (Ask(problem if isinstance(problem, Text) else None),)
            return _accept(flow, place, here, value)
        case _:  # an old button, or nothing to skip here
            return place, (Ask(),)


def on_path(flow: Flow, place: Place) -> Answers:
    """Return the answers that count: those of steps still asked, and what was given."""
    keys = [*place.given, *(s.key for s in flow.path(place))]
    return {k: place.answers[k] for k in keys if k in place.answers}


def _accept(
    flow: Flow, place: Place, here: Step, value: Any
) -> tuple[Place | None, tuple[Result, ...]]:
    place = replace(place, answers={**place.answers, here.key: value})
    rest = _unanswered(flow.path(place), here, place.answers)
    results: list[Result] = [Added(here.key, value)] if here.after or place.sent else []
    if flow.request and not place.sent and (not rest or rest[0].after):
        results.append(Sent(on_path(flow, place)))
        place = replace(place, sent=True)
    if not rest:
        return None, (*results, Finished(on_path(flow, place)))
    return replace(place, step=rest[0].key), (*results, Ask())


def _unanswered(path: list[Step], here: Step, answers: Answers) -> list[Step]:
    """What is left behind `here`: going back and answering anew loses nothing given since."""
    behind = path[[s.key for s in path].index(here.key) + 1 :]
    return [s for s in behind if s.key not in answers]


def _before(path: list[Step], here: Step) -> Step:
    """The step before, but never back behind the sending: what is sent is sent."""
    earlier: Iterable[Step] = reversed(path[: path.index(here)])
    return next((s for s in earlier if s.after == here.after), here)


def _open_step(flow: Flow, place: Place, path: list[Step]) -> Step:
    steps = [s for s in path if s.after == place.sent] or path or list(flow.steps)
    return next((s for s in steps if s.key not in place.answers), steps[-1])
