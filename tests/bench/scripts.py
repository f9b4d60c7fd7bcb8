"""What people do, one act after another; each act is answered by one message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, cycle
from typing import NamedTuple

EXIT_WORD = "x"
ASKS = "I would like to talk, I am number {}."


class Act(NamedTuple):
    """One thing a person does: `kind` is "write", "press", or "maybe" (a press that is left out
    where the button is not there); `asks` says that this act sends a request."""

    kind: str
    what: str
    asks: bool = False


Script = Iterator[Act]
Section = tuple[Act, ...]


def _presses(*data: str) -> Section:
    return tuple(Act("press", one) for one in data)


OPENING: Section = (
    Act("write", "/start"),
    Act("maybe", "welcome:language:en"),
    Act("press", "welcome:gate:yes"),
)
INFORMATION = _presses(
    "go:information",
    "information:page:interview",
    "go:information",
    "information:page:children",
    "cancel",
)
NUMBERS = _presses("go:information", "information:page:numbers", "cancel")
PRIVACY = _presses("go:privacy", "privacy:what:seen", "cancel")
WORDS: Section = (Act("write", "Hello, is somebody there?"), Act("press", "welcome:kept:drop"))
TO_DESK: Section = (
    Act("write", "It is quiet now, I can write for a while."),
    Act("write", "Thank you for reading this."),
    Act("press", "cancel"),
)
AFTERWARDS = _presses(
    "talk:near:no", "talk:how_long:long", "talk:hurt:no", "talk:children:no", "skip", "cancel"
)


def talk(number: int, area: str | None = None) -> Section:
    """She asks to talk; where there are several areas she names hers."""
    chosen = _presses(f"talk:area:{area}") if area else ()
    return (*_presses("go:talk"), *chosen, *_presses("talk:danger:no"), asking(number))


def asking(number: int) -> Act:
    """The words that send her request; by her number its alert is known again."""
    return Act("write", ASKS.format(number), asks=True)


def reads(number: int) -> Script:
    """She reads, and writes a few words that she then does not send."""
    sections = (INFORMATION, WORDS, NUMBERS, PRIVACY)
    return chain(OPENING, chain.from_iterable(cycle(_rotated(sections, number))))


def asks(number: int) -> Script:
    """She asks to talk; afterwards she reads and writes to the desk."""
    first = _rotated((INFORMATION, PRIVACY, (*talk(number), *AFTERWARDS)), number)
    return chain(OPENING, *first, chain.from_iterable(cycle((INFORMATION, TO_DESK, PRIVACY))))


def leaves(number: int) -> Script:
    """She reads for a while, leaves by a lone x, and comes back, again and again."""
    leaving: Section = (*OPENING, *NUMBERS, Act("write", EXIT_WORD))
    return chain(leaving[: 1 + number % 3], (leaving[-1],), chain.from_iterable(cycle((leaving,))))


def comes_to_ask(number: int, areas: int) -> Script:
    """She comes as far as the words that would send her request."""
    area = f"area-{number % areas}" if areas > 1 else None
    return chain(OPENING, talk(number, area)[:-1])


def of_igor(number: int) -> Script:
    """One in ten leaves again and again, two in ten ask to talk, the rest read."""
    if number % 10 == 0:
        return leaves(number)
    return asks(number) if number % 5 == 1 else reads(number)


def of_echo(number: int) -> Script:
    """An echo only knows words."""
    return (Act("write", f"Message {n} of number {number}.") for n in count())


def _rotated(sections: tuple[Section, ...], number: int) -> tuple[Section, ...]:
    turn = number // 5 % len(sections)
    return sections[turn:] + sections[:turn]
