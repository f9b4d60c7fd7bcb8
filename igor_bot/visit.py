"""What an event means for a person, wherever she is: the one way through a chat. Pure.

`attend` looks at the stage first: under the cover, at the gate, or inside (see inside.py).
"""

from __future__ import annotations

from dataclasses import replace

from igor_bot import inside, replies
from igor_bot.aside import moved
from igor_bot.flows.engine import Context
from igor_bot.person import (
    Blocked,
    Corrected,
    Event,
    Exited,
    Left,
    Person,
    Pressed,
    Returned,
    Standing,
    Started,
    Vanish,
    Wrote,
)
from igor_bot.places import (
    GATE,
    KEPT,
    LANGUAGE,
    MENU,
    Outcome,
    code_of,
    full,
    interrupted,
    keeping,
    recalled,
)
from igor_bot.texts import Text

__all__ = ["attend", "interrupted"]


def attend(person: Person, event: Event, context: Context, case: Standing | None = None) -> Outcome:
    """Return the person after `event`, and what follows; `case` is her open one, if any."""
    if isinstance(event, Corrected) and event.by_itself:
        return moved(person, event, case)
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
        return inside.take(person, event, context, case)
    return _at_the_gate(person, event, context, case)


def _away(person: Person, stage: str) -> Person:
    assert stage in ("left", "blocked")
    return Person(
        person.chat_id,
        person.language,
        "left" if stage == "left" else "blocked",
        area=person.area,
        seen_at=person.seen_at,
    )


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
        case Wrote(said) if (code := code_of(person, said, context)) is not None:
            return _gate_answer(person, code, context, case)
        case Wrote(said):
            person = keeping(person, said)
        case Corrected(said):
            person = recalled(person, said)
    return person, (replies.ask(person, context),)


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
    kept = tuple(said for said in person.kept if said.kind != "other")
    before = (Text(replies.UNSENDABLE),) if kept != person.kept else ()
    before = (*before, Text(replies.KEPT_FULL)) if full(person) else before
    person = replace(person, kept=kept)
    if person.parked and not person.kept:
        person = replace(person, stage="open", place=person.parked, parked=None)
        return person, (*back, replies.ask(person, context, before))
    person = replace(person, stage="open", place=KEPT if person.kept else MENU)
    before = (*replies.disclosure(person, context), *before)
    return person, (*back, replies.ask(person, context, before))
