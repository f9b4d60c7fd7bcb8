"""The places of the way in, and what is asked about them everywhere. Pure."""

from __future__ import annotations

from dataclasses import replace

from igor_bot.errors import Invalid
from igor_bot.flows import FLOWS, engine
from igor_bot.flows.engine import Context, Place
from igor_bot.person import Effect, Person, Said

Outcome = tuple[Person, tuple[Effect, ...]]

MENU = Place("welcome", "menu")
GATE = Place("welcome", "gate")
KEPT = Place("welcome", "kept")
LANGUAGE = Place("welcome", "language")
MOST_KEPT = 30
"""Messages that are kept for sending; the first ones stay."""


def interrupted(person: Person) -> Person:
    """Return the person after a worker wrote: her next words go to the worker.

    A running conversation is parked; questions after sending simply end.
    """
    place = person.place
    if place is None or place.flow == "welcome":
        return person
    return replace(person, place=MENU, parked=person.parked if place.sent else place)


def code_of(person: Person, said: Said, context: Context) -> str | None:
    """The code her words stand for at this step of the way in, or None."""
    step = FLOWS["welcome"].step(person.place.step if person.place else "")
    if step is None or said.kind != "text":
        return None
    code = value_of(step, said.words, context)
    return None if code is None else str(code)


def value_of(step: engine.Step, words: str, context: Context) -> object | None:
    """The value of an answer, None where it does not fit."""
    try:
        value: object = step.parser.parse(words, context)
    except Invalid:
        return None
    return value


def keeping(person: Person, said: Said) -> Person:
    """Return the person with what she sent kept, where there is room."""
    return person if full(person) else replace(person, kept=(*person.kept, said))


def full(person: Person) -> bool:
    """Whether no more is kept."""
    return len(person.kept) >= MOST_KEPT


def recalled(person: Person, said: Said) -> Person:
    """Her edit of something that is kept."""
    return replace(
        person,
        kept=tuple(said if k.message_id == said.message_id else k for k in person.kept),
    )
