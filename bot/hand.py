"""One unit of work in the making, and what is done once it is committed."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.house import House
from igor_bot.store.work import Item, Work


@dataclass
class After:
    """What is done once the unit of work is committed."""

    answers: list[tuple[str, str, bool]] = field(default_factory=list)
    """(callback id, text, whether as an alert) to answer presses with."""
    vanish: list[tuple[int, str, bool]] = field(default_factory=list)
    """(chat id, person, whether to leave the cover)."""
    left: list[int] = field(default_factory=list)
    """Updates whose quick exit is written down."""
    released: list[Item] = field(default_factory=list)
    """Held messages that may be sent now."""
    dues: bool = False
    """Whether something new is due."""
    messages: list[tuple[str, int]] = field(default_factory=list)
    """(person, message id) of messages that are in her chat now."""
    languages: list[tuple[str, str]] = field(default_factory=list)
    """(person, language) for the cover."""
    replaced: list[Item] = field(default_factory=list)
    """Unsent items whose text was edited."""
    leave: list[int] = field(default_factory=list)
    """Unknown groups to leave."""


@dataclass
class Hand:
    """One unit of work in the making, with all it needs."""

    work: Work
    house: House
    after: After
    now: float
