"""What the service says, before it is rendered: paragraphs and buttons. No messenger's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from igor_bot.texts import N_, Text


@dataclass(frozen=True, slots=True)
class Button:
    """A button: pressing it sends `data`, or copies `copy` to the clipboard."""

    label: Text
    data: str = ""
    copy: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Say:
    """One message. With `question` it becomes the message that holds the current question."""

    paragraphs: tuple[Text, ...]
    rows: Rows = ()
    question: bool = False


EXIT = Button(Text(N_("Exit")), "exit")
BACK = Button(Text(N_("Back")), "back")
SKIP = Button(Text(N_("Skip")), "skip")
TO_MENU = Button(Text(N_("Menu")), "cancel")


def rows(buttons: Iterable[Button], width: int = 1) -> Rows:
    """Lay `buttons` out in rows of `width`."""
    row = list(buttons)
    return tuple(tuple(row[i : i + width]) for i in range(0, len(row), width))
