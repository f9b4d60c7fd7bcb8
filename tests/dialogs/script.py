"""How a dialog is read: a text file of lines that a social worker could read.

    # What the conversation shows
    settings: two areas              (optional; see SETTINGS in show.py)
    time: 20:00                      (optional; when it begins, in Stockholm)

    Amina: /start                    she writes
    Amina sees: Hi!                  the next message in her chat says so; nothing came between
      and: Type x                    an indented line is about what was seen last
      but not: 112
      with buttons: English | svenska | Exit
    Amina presses "English"
    Desk sees: Waiting since         a new post on the desk says so; others may have come between
    Sara presses "Claim"             on the newest post of the topic that has this button
    Sara answers: Hello.             a reply to the newest post: it goes to her
    Sara writes: Careful.            an ordinary message in the topic: it stays there

Who presses or writes has read what stood there. At the end nobody may have a message in the chat
that the dialog does not name. All lines are in
the files `*_lines.py`, each a pattern and what it does.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.dialogs.show import Show

Deed = Callable[..., Awaitable[None]]
WHO = r"(?P<who>(?!Desk|Police|Kista|The|Staff|Nobody)[A-ZÅÄÖ]\w*)"
DESK = r"(?P<desk>Desk|Police desk|Kista desk)"

GRAMMAR: list[tuple[re.Pattern[str], Deed]] = []
MACROS: dict[str, tuple[str, ...]] = {
    r"(?P<who>\w+) is at the menu": (
        "{who}: /start",
        "{who} sees: Hi! Choose your language.",
        '{who} presses "English"',
        "{who} sees: Can you read undisturbed right now?",
        '{who} presses "Yes"',
        "{who} sees: I'm a robot.",
    ),
    r"(?P<who>\w+) is at the menu, in Swedish": (
        "{who}: /start",
        "{who} sees: Choose your language.",
        '{who} presses "svenska"',
        "{who} sees: Kan du läsa i lugn och ro just nu?",
        '{who} presses "Ja"',
        "{who} sees: Jag är en robot.",
    ),
    r"(?P<who>\w+) comes back through the gate": (
        "{who}: /start",
        "{who} sees: Can you read undisturbed right now?",
        '{who} presses "Yes"',
    ),
    r"(?P<who>\w+) has asked to talk: (?P<text>.+)": (
        '{who} presses "Talk to someone"',
        '{who} presses "No"',
        "{who}: {text}",
        "{who} sees: Nobody has answered yet.",
    ),
    r"(?P<who>\w+) skips the other questions": (
        *('{who} presses "Skip"',) * 5,
        "{who} sees: Thank you, that's all I ask.",
    ),
    r"(?P<worker>\w+) has claimed (?P<who>\w+)'s request": (
        '{worker} presses "Claim"',
        "{who} sees: a person, not the robot",
    ),
}
"""A line that stands for several: what earlier dialogs have shown in full."""


class Missed(AssertionError):
    """Raised by a line when the world is not as it says; holds what was seen instead."""


@dataclass(frozen=True)
class Line:
    """One line of a dialog."""

    number: int
    text: str


@dataclass(frozen=True)
class Script:
    """A dialog as it was read."""

    path: Path
    title: str
    lines: tuple[Line, ...]
    header: dict[str, str] = field(default_factory=dict)


def line(pattern: str) -> Callable[[Deed], Deed]:
    """Enter a line into the grammar; `{WHO}` is somebody's name, `{DESK}` a desk."""
    full = pattern.replace("{WHO}", WHO).replace("{DESK}", DESK)

    def enter(deed: Deed) -> Deed:
        GRAMMAR.append((re.compile(full), deed))
        return deed

    return enter


def read(path: Path) -> Script:
    """Read a dialog."""
    title, header, lines = path.stem, {}, []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = raw.rstrip()
        if text.startswith("# ") and title == path.stem:
            title = text[2:]
        elif not text or text.lstrip().startswith("#"):
            continue
        elif found := re.fullmatch(r"(settings|time): (.+)", text):
            header[found[1]] = found[2]
        else:
            lines.append(Line(number, text))
    return Script(path, title, tuple(lines), header)


async def play(script: Script, show: Show) -> None:
    """Play a dialog to its end. Raises Missed naming file, line and what was seen instead."""
    for one in script.lines:
        try:
            await _do(one.text, show)
        except Missed as problem:
            where = f"{script.path.name}:{one.number}: {one.text.strip()}"
            raise Missed(f"{where}\n  {problem}\n\n{show.transcript()}") from None
    try:
        await show.over()
    except Missed as problem:
        raise Missed(f"{script.path.name}: at the end: {problem}\n\n{show.transcript()}") from None


async def _do(text: str, show: Show) -> None:
    bare = text.rstrip(".") if not re.search(r":\s", text) else text
    for pattern, lines in MACROS.items():
        if found := re.fullmatch(pattern, bare):
            for each in lines:
                await _do(each.format(**found.groupdict()), show)
            return
    for regex, deed in GRAMMAR:
        if match := regex.fullmatch(bare):
            await deed(show, **match.groupdict())
            return
    raise Missed("I don't know this line; what can be said stands in tests/dialogs/*_lines.py")
