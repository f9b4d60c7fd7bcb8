"""What an event means for a person, wherever she is: the one way through a chat. Pure.

`attend` looks at the stage first (cover, gate, inside); inside it hands answers to the engine of
flows and turns what follows into one message to her and effects for the desk.
"""

from __future__ import annotations

from dataclasses import replace

from igor_bot import discretion, replies
from igor_bot.errors import Invalid
from igor_bot.flows import FLOWS, engine
from igor_bot.flows.engine import Answer, Answers, Back, Cancel, Context, Place, Skip
from igor_bot.flows.welcome import TO_OWNER
from igor_bot.messages import Say
from igor_bot.person import (
    Add,
    AskChange,
    AskStop,
    Blocked,
    Corrected,
    Distress,
    Effect,
    Event,
    Exited,
    Left,
    Person,
    Pressed,
    Relay,
    Returned,
    Said,
    Standing,
    Started,
    Submit,
    Vanish,
    Wrote,
)
from igor_bot.states import standing
from igor_bot.texts import Text

Outcome = tuple[Person, tuple[Effect, ...]]

MENU = Place("welcome", "menu")
GATE = Place("welcome", "gate")
KEPT = Place("welcome", "kept")
LANGUAGE = Place("welcome", "language")


def attend(person: Person, event: Event, context: Context, case: Standing | None = None) -> Outcome:
    """Return the person after `event`, and what follows; `case` is her open one, if any."""
    person = replace(person, seen_at=context.now.timestamp())
    match event:
        case Exited():
            gone = () if person.stage == "left" or not case else (Left(),)
            return _away(person, "left"), (Vanish(), *gone)
        case Blocked():
            gone = (Left(blocked=True),) if case and person.stage != "blocked" else ()
            return _away(person, "blocked"), gone
    if person.stage == "left":
        return _under_cover(person, event, context)
    if person.stage == "open":
        return _inside(person, event, context, case)
    return _at_the_gate(person, event, context, case)


def interrupted(person: Person) -> Person:
    """Return the person after a worker wrote: her next words go to the worker.

    A running conversation is parked; questions after sending simply end.
    """
    place = person.place
    if place is None or place.flow == "welcome":
        return person
    return replace(person, place=MENU, parked=person.parked if place.sent else place)


def _away(person: Person, stage: str) -> Person:
    assert stage in ("left", "blocked")
    return Person(
        person.chat_id,
        person.language,
        "left" if stage == "left" else "blocked",
        area=person.area,
        seen_at=person.seen_at,
    )


# Under the cover and at the gate ---------------------------------------------------------------


def _under_cover(person: Person, event: Event, context: Context) -> Outcome:
    if isinstance(event, Started):
        person = replace(person, stage="gate", place=GATE)
        return person, (replies.ask(person, context),)
    value = event.data.removeprefix("cover:") if isinstance(event, Pressed) else None
    return person, (replies.cover(value),)


def _at_the_gate(person: Person, event: Event, context: Context, case: Standing | None) -> Outcome:
    if person.place is None or person.place.flow != "welcome":
        asks_language = person.stage == "new" and len(context.languages) > 1
        person = replace(person, place=LANGUAGE if asks_language else GATE)
        if not asks_language:
            person = replace(person, stage="gate")
        if not isinstance(event, Wrote):
            return person, (replies.ask(person, context),)
    match event:
        case Pressed(_, current, pending) if not current and pending:
            return person, ()
        case Pressed(data, True):
            return _gate_answer(person, data.rpartition(":")[2], context, case)
        case Wrote(said) if (code := _code(person, said, context)) is not None:
            return _gate_answer(person, code, context, case)
        case Wrote(said):
            person = replace(person, kept=(*person.kept, said))
        case Corrected(said):
            person = _recalled(person, said)
    return person, (replies.ask(person, context),)


def _code(person: Person, said: Said, context: Context) -> str | None:
    """The code her words stand for at this step of the way in, or None."""
    step = FLOWS["welcome"].step(person.place.step if person.place else "")
    if step is None or said.kind != "text":
        return None
    code = _value(step, said.words, context)
    return None if code is None else str(code)


def _gate_answer(person: Person, code: str, context: Context, case: Standing | None) -> Outcome:
    if person.place == LANGUAGE:
        if code not in context.languages:
            return person, (replies.ask(person, context),)
        person = replace(person, language=code, stage="gate", place=GATE)
        return person, (replies.ask(person, replace(context, language=code)),)
    if code == "not_now":
        return attend(person, Exited(), context, case)
    if code != "yes":
        return person, (replies.ask(person, context),)
    return _enter(person, context, case)


def _enter(person: Person, context: Context, case: Standing | None) -> Outcome:
    """Past the gate: on where she was, or to what she wrote before it, or to the menu."""
    back = (Returned(),) if case else ()
    if person.parked and not person.kept:
        person = replace(person, stage="open", place=person.parked, parked=None)
        return person, (*back, replies.ask(person, context))
    person = replace(person, stage="open", place=KEPT if person.kept else MENU)
    return person, (*back, replies.ask(person, context, replies.disclosure(person, context)))


# Inside ------------------------------------------------------------------------------------------


def _inside(person: Person, event: Event, context: Context, case: Standing | None) -> Outcome:
    if person.place is None:
        person = replace(person, place=MENU)
    match event:
        case Started():
            running = person.place if person.place and person.place.flow != "welcome" else None
            person = replace(person, stage="gate", parked=running or person.parked, place=GATE)
            return person, (replies.ask(person, context),)
        case Pressed():
            return _press(person, event, context, case)
        case Wrote(said):
            return _wrote(person, said, context, case)
        case Corrected(said, relayed):
            return _corrected(person, said, relayed, context, case)
    return person, (replies.ask(person, context),)


def _press(person: Person, press: Pressed, context: Context, case: Standing | None) -> Outcome:
    kind, _, rest = press.data.partition(":")
    if kind == "go" and rest in FLOWS:
        return _begin(person, rest, context, case)
    if not press.current:
        return person, () if press.pending else (replies.ask(person, context),)
    match kind:
        case "back":
            return _advance(person, Back(), context, case)
        case "skip":
            return _advance(person, Skip(), context, case)
        case "cancel":
            return _advance(person, Cancel(), context, case)
    step, _, value = rest.partition(":")
    if kind not in FLOWS or FLOWS[kind].step(step) is None or not value:
        return person, (replies.ask(person, context),)
    if person.place is None or person.place.flow != kind:
        person = replace(person, place=_first_place(person, kind, context, case))
    return _advance(person, Answer(value, step), context, case)


def _begin(person: Person, name: str, context: Context, case: Standing | None) -> Outcome:
    """Begin a flow, or go on with it where it was parked."""
    if name == "welcome":
        person = replace(person, place=MENU)
        return person, (replies.ask(person, context),)
    refusal = _not_now(person, name, context, case)
    if refusal is not None:
        return replace(person, place=MENU), (refusal,)
    person = _parking(person, name)
    if person.parked and person.parked.flow == name:
        person = replace(person, place=person.parked, parked=None)
    elif person.place is None or person.place.flow != name:
        person = replace(person, place=_first_place(person, name, context, case))
    before = replies.overview(context, case) if name == "requests" and case else ()
    return person, (replies.ask(person, context, before),)


def _not_now(person: Person, name: str, context: Context, case: Standing | None) -> Say | None:
    """The kind refusal where a flow makes no sense now, or None."""
    if name == "transport" and case and case.has("transport"):
        ride = next(r for r in case.requests if r[1] == "transport")
        shown = standing(ride[1], ride[2])
        return replies.idle(Text(replies.ONE_RIDE, {"standing": shown}))
    if name == "requests" and not (case and case.requests):
        return replies.idle(Text(replies.NOTHING_YET))
    return None


def _parking(person: Person, name: str) -> Person:
    """Park what is running and worth going on with, when another flow begins."""
    place = person.place
    worth = place and place.flow not in (name, "welcome") and FLOWS[place.flow].request
    if place and worth and not place.sent:
        return replace(person, parked=place, place=MENU)
    return person


def _first_place(person: Person, name: str, context: Context, case: Standing | None) -> Place:
    given: dict[str, object] = {}
    flow = FLOWS[name]
    if flow.request and (person.area or len(context.areas) == 1):
        given["area"] = person.area or context.areas[0].id
    words = "\n".join(said.words for said in person.kept if said.words)
    if name == "talk" and words:
        given["words"] = words
    if name == "requests" and case and len(case.requests) == 1:
        given["which"] = case.requests[0][0]
    return engine.begin(flow, given)


def _advance(
    person: Person, event: engine.Event, context: Context, case: Standing | None
) -> Outcome:
    """Take the running flow further, and turn its results into a message and effects."""
    place = person.place or MENU
    if place == KEPT and isinstance(event, Answer | Cancel):
        code = event.words if isinstance(event, Answer) else "drop"
        said = Said("text", 0, code)
        return _kept_answer(person, _code(person, said, context) or "", context, case)
    if place.flow == "welcome":
        return person, (replies.ask(person, context),)
    flow = FLOWS[place.flow]
    after, results = engine.advance(flow, place, event, context)
    person = replace(person, place=after or MENU)
    before: tuple[Text, ...] = ()
    effects: list[Effect] = []
    for result in results:
        match result:
            case engine.Ask(problem):
                before = (problem, *before) if problem else before
                effects.append(replies.ask(person, context, before))
            case engine.Sent(answers):
                person, submitted, before = _submit(person, flow.name, answers, context, case)
                effects.append(submitted)
            case engine.Added(key, value):
                effects.append(Add(flow.name, key, value))
            case engine.Finished(answers):
                person, last = _finish(person, flow.name, answers, before, context, case)
                effects += last
            case engine.Stopped():
                stopped = flow.request and not place.sent
                before = (Text(replies.STOPPED),) if stopped else ()
                effects.append(replies.ask(person, context, before))
    return person, tuple(effects)


def _submit(
    person: Person, kind: str, answers: Answers, context: Context, case: Standing | None
) -> tuple[Person, Submit, tuple[Text, ...]]:
    answered = dict(answers)
    person = replace(person, area=answered.pop("area", person.area))
    words = context.call_words if kind == "callback" else ("", "")
    said = person.kept
    if kind == "talk" and "words" in (person.place.given if person.place else ()):
        said = tuple(s for s in said if s.kind != "text")  # they are her words already
    told: tuple[Text, ...] = replies.sent(person, context, case)
    if kind == "callback":
        shown = {"caller": words[0], "answer": words[1]}
        told = (*told, Text(replies.CALL_WORDS, shown))
    if person.role:
        answered["role"] = person.role
    return replace(person, kept=()), Submit(kind, answered, said, words), told


def _finish(
    person: Person,
    name: str,
    answers: Answers,
    before: tuple[Text, ...],
    context: Context,
    case: Standing | None,
) -> tuple[Person, tuple[Effect, ...]]:
    """What a finished flow leads to."""
    match name:
        case "information":
            return person, (replies.page(person, context, str(answers["page"])),)
        case "others":
            who = str(answers["who"])
            person = replace(person, role=who if who in ("minor", "professional") else None)
            return person, (replies.about_others(person, context, who, case),)
        case "requests":
            return person, _asked_of(person, answers, context)
        case "privacy":
            return _private(person, answers, context)
    return person, (replies.idle(*(before or (Text(replies.FINISHED),))),)


def _asked_of(person: Person, answers: Answers, context: Context) -> tuple[Effect, ...]:
    number = str(answers["which"])
    match answers["what"]:
        case "stop":
            return AskStop(number), replies.idle(Text(replies.PAUSED))
        case "change":
            return AskChange(number, str(answers["change"])), replies.idle(Text(replies.CHANGED))
    return (replies.ask(person, context),)


def _private(
    person: Person, answers: Answers, context: Context
) -> tuple[Person, tuple[Effect, ...]]:
    match answers["what"]:
        case "seen":
            return person, (replies.seen_by_whom(person, context),)
        case "language":
            person = replace(person, language=str(answers["language"]))
            done = (Text(replies.LANGUAGE_SET),)
            return person, (replies.ask(person, replace(context, language=person.language), done),)
    return person, (Vanish(cover=False), replies.idle(Text(replies.EMPTIED)))


def _kept_answer(person: Person, code: str, context: Context, case: Standing | None) -> Outcome:
    """She decided about what she wrote before the gate or outside any conversation."""
    if code == "drop":
        person = replace(person, kept=(), place=MENU)
        return person, (replies.ask(person, context),)
    if code != "send":
        return person, (replies.ask(person, context),)
    if not case:
        return _begin(person, "talk", context, case)
    relays = tuple(Relay(said) for said in person.kept)
    person = replace(person, kept=())
    told = (
        replies.say(person, context, replies.PASSED_ON)
        if not case.claimed
        else (Text(TO_OWNER, {"time": context.now}),)
    )
    return person, (*relays, replies.idle(*told))


# Words and attachments ---------------------------------------------------------------------------


def _wrote(person: Person, said: Said, context: Context, case: Standing | None) -> Outcome:
    place = person.place or MENU
    step = FLOWS[place.flow].step(place.step)
    if step is None or place.step == "menu":
        return _outside(person, said, context, case)
    if said.kind in step.parser.takes and said.guarded:
        return _advance(person, Answer(said.guarded), context, case)
    if said.kind != "text":
        return _attached(person, said, context, case)
    if not FLOWS[place.flow].request and _value(step, said.words, context) is None:
        return _outside(person, said, context, case)
    return _advance(person, Answer(said.words), context, case)


def _value(step: engine.Step, words: str, context: Context) -> object | None:
    """The value of an answer, None where it does not fit."""
    try:
        value: object = step.parser.parse(words, context)
    except Invalid:
        return None
    return value


def _attached(person: Person, said: Said, context: Context, case: Standing | None) -> Outcome:
    """An attachment in the middle of a conversation: before sending it goes along."""
    place = person.place or MENU
    if case or not FLOWS[place.flow].request or place.sent:
        return _outside(person, said, context, case)
    if said.kind == "other":
        return person, (replies.ask(person, context, (Text(replies.UNSENDABLE),)),)
    person, hint = _original_hint(replace(person, kept=(*person.kept, said)), said)
    before = (Text(replies.GOES_ALONG), *hint)
    return person, (replies.ask(person, context, before),)


def _outside(person: Person, said: Said, context: Context, case: Standing | None) -> Outcome:
    """Words that answer no question: to the open case, or offered for sending."""
    if said.kind == "other":
        return person, (replies.ask(person, context, (Text(replies.UNSENDABLE),)),)
    distress = discretion.is_distress(said.words, context.distress)
    if case:
        return _to_case(person, said, context, case, distress)
    place = person.place or MENU
    parked = place if FLOWS[place.flow].request else person.parked
    person = replace(person, kept=(*person.kept, said), place=KEPT, parked=parked)
    if not distress:
        return person, (replies.ask(person, context),)
    panel, question = replies.panel(person, context), replies.ask(person, context)
    copies = tuple(row for row in panel.rows if row[0].copy)
    both = Say(
        (*panel.paragraphs, *question.paragraphs),
        (*question.rows[:-1], *copies, *question.rows[-1:]),
        True,
    )
    return person, (both,)


def _to_case(
    person: Person, said: Said, context: Context, case: Standing, distress: bool
) -> Outcome:
    person, hint = _original_hint(person, said)
    effects: list[Effect] = [Relay(said, acknowledge=case.claimed)]
    if distress:
        effects.append(Distress())
    in_flow = person.place not in (None, MENU)
    if distress and not case.claimed:
        effects.append(replace(replies.panel(person, context)))
        person = interrupted(person)
    elif in_flow:
        effects.append(replies.ask(person, context, hint))
    elif not case.claimed:
        passed_on = replies.say(person, context, replies.PASSED_ON)
        effects.append(replies.idle(*passed_on, *hint))
    elif hint:
        effects.append(replies.idle(*hint))
    return person, tuple(effects)


def _original_hint(person: Person, said: Said) -> tuple[Person, tuple[Text, ...]]:
    """Once: what is sent here vanishes here."""
    if said.kind in ("text", "location", "contact", "venue") or "original" in person.told:
        return person, ()
    return replace(person, told=(*person.told, "original")), (Text(replies.KEEP_ORIGINAL),)


def _recalled(person: Person, said: Said) -> Person:
    """Her edit of something that is kept."""
    return replace(
        person,
        kept=tuple(said if k.message_id == said.message_id else k for k in person.kept),
    )


def _corrected(
    person: Person, said: Said, relayed: bool, context: Context, case: Standing | None
) -> Outcome:
    if case and relayed:
        return person, (Relay(said, corrected=True, acknowledge=True),)
    if any(k.message_id == said.message_id for k in person.kept):
        person = _recalled(person, said)
        return person, (replies.ask(person, context),)
    return person, (replies.ask(person, context, (Text(replies.USE_BACK),)),)
