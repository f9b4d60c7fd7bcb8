"""Past the gate: presses and answers, and what a conversation leads to. Pure.

Answers go to the engine of flows; what follows becomes one message to her and effects for the
desk.
"""

from __future__ import annotations

from dataclasses import replace

from igor_bot import replies, texts
from igor_bot.aside import attached, corrected, heard, outside
from igor_bot.flows import FLOWS, engine
from igor_bot.flows.answers import readable_number
from igor_bot.flows.engine import Answer, Answers, Back, Cancel, Context, Place, Skip
from igor_bot.flows.welcome import TO_OWNER
from igor_bot.messages import Say
from igor_bot.person import (
    Add,
    AskChange,
    AskStop,
    Corrected,
    Effect,
    Event,
    Person,
    Pressed,
    Relay,
    Said,
    Speaks,
    Standing,
    Started,
    Submit,
    Vanish,
    Wrote,
)
from igor_bot.places import GATE, KEPT, MENU, Outcome, code_of, value_of
from igor_bot.states import standing
from igor_bot.texts import N_, Text


def take(person: Person, event: Event, context: Context, case: Standing | None) -> Outcome:
    """Take an event of somebody who is in, past the gate."""
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
        case Corrected(said, relayed_to):
            return corrected(person, said, relayed_to, context, case)
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


def _wrote(person: Person, said: Said, context: Context, case: Standing | None) -> Outcome:
    place = person.place or MENU
    step = FLOWS[place.flow].step(place.step)
    if step is None or place.step == "menu":
        return outside(person, said, context, case)
    if said.kind in step.parser.takes and said.guarded:
        return _advance(person, Answer(said.guarded), context, case)
    if said.kind != "text":
        return attached(person, said, context, case)
    value = value_of(step, said.words, context)
    if not FLOWS[place.flow].request and value is None:
        return outside(person, said, context, case)
    outcome = _advance(person, Answer(said.words), context, case)
    unasked = value is None or (place.sent and value == said.words.strip())
    return heard(outcome, said, context, case) if unasked else outcome


def _begin(person: Person, name: str, context: Context, case: Standing | None) -> Outcome:
    """Begin a flow, or go on with it where it was parked."""
    if name == "welcome":
        person = replace(person, place=MENU)
        return person, (replies.ask(person, context),)
    refusal = _not_now(person, name, context, case)
    if refusal is not None:
        return replace(person, place=MENU), (refusal,)
    parked = person.parked
    person = _parking(person, name)
    if parked and parked.flow == name:
        swapped = person.parked if person.parked != parked else None
        person = replace(person, place=parked, parked=swapped)
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
        return _kept_answer(person, code_of(person, said, context) or "", context, case)
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
                back = _number_back(place, after)
                before = (problem, *before) if problem else (*back, *before)
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


def _number_back(place: Place, after: Place | None) -> tuple[Text, ...]:
    """A number that she has just given, as it was understood."""
    step = FLOWS[place.flow].step(place.step)
    if after is None or step is None or "contact" not in step.parser.takes:
        return ()
    number, known = after.answers.get(step.key), place.answers.get(step.key)
    if number == known or not str(number or "").startswith("+"):
        return ()
    shown = texts.phone(readable_number(str(number)))
    return (Text(N_("Number: {number}"), {"number": shown}),)


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
            return person, _asked_of(person, answers, context, case)
        case "privacy":
            return _private(person, answers, context, case)
    return person, (replies.idle(*(before or (Text(replies.FINISHED),))),)


def _asked_of(
    person: Person, answers: Answers, context: Context, case: Standing | None
) -> tuple[Effect, ...]:
    number = str(answers["which"])
    somebody = case is not None and (case.claimed or case.taken_up)
    match answers["what"]:
        case "stop":
            told = replies.PAUSED if somebody else replies.PAUSED_NOBODY
            return AskStop(number), replies.idle(Text(told))
        case "change":
            told = replies.CHANGED if somebody else replies.CHANGED_NOBODY
            return AskChange(number, str(answers["change"])), replies.idle(Text(told))
    return (replies.ask(person, context),)


def _private(
    person: Person, answers: Answers, context: Context, case: Standing | None
) -> tuple[Person, tuple[Effect, ...]]:
    match answers["what"]:
        case "seen":
            return person, (replies.seen_by_whom(person, context),)
        case "language":
            person = replace(person, language=str(answers["language"]))
            done = (Text(replies.LANGUAGE_SET),)
            asked = replies.ask(person, replace(context, language=person.language), done)
            return person, (Speaks(person.language), asked) if case else (asked,)
    return person, (Vanish(cover=False), replies.idle(Text(replies.EMPTIED)))


def _send_kept(person: Person, context: Context) -> Outcome:
    """She has pressed send: it goes now, and everything else is asked afterwards."""
    answers: dict[str, object] = {"area": person.area or context.areas[0].id}
    if words := "\n".join(said.words for said in person.kept if said.words):
        answers["words"] = words
    place = Place("talk", "danger", answers, ("area", "words"), sent=True)
    person, submitted, told = _submit(replace(person, place=place), "talk", answers, context, None)
    return person, (submitted, replies.ask(person, context, told))


def _kept_answer(person: Person, code: str, context: Context, case: Standing | None) -> Outcome:
    """She decided about what she wrote before the gate or outside any conversation."""
    if code == "drop":
        person = replace(person, kept=(), place=MENU)
        return person, (replies.ask(person, context),)
    if code != "send":
        return person, (replies.ask(person, context),)
    if not case and (person.area or len(context.areas) == 1):
        return _send_kept(person, context)
    if not case:
        return _begin(person, "talk", context, case)
    relays = tuple(Relay(said) for said in person.kept)
    person = replace(person, kept=(), place=MENU)
    told = (
        replies.say(person, context, replies.PASSED_ON)
        if not case.claimed
        else (Text(TO_OWNER, {"time": context.now}),)
    )
    return person, (*relays, replies.idle(*told))
