"""A message of the service -> text and buttons of Telegram, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from igor_bot import texts
from igor_bot.messages import Rows, Say
from igor_bot.texts import Text

LONGEST = 4096
"""UTF-16 units of a message, after which Telegram refuses it."""


def private(message: Say, language: str, zone: tzinfo) -> dict[str, Any]:
    """Return the parameters of a message to a person: no sound, no preview, nothing to forward."""
    shown = "\n\n".join(texts.render(p, language, zone) for p in message.paragraphs)
    params: dict[str, Any] = {
        "text": _cut(shown),
        "link_preview_options": {"is_disabled": True},
        "protect_content": True,
        "disable_notification": True,
    }
    if message.rows:
        params["reply_markup"] = keyboard(message.rows, language, zone)
    return params


def keyboard(rows: Rows, language: str, zone: tzinfo) -> dict[str, Any]:
    """Return an inline keyboard."""
    return {
        "inline_keyboard": [
            [
                {
                    "text": texts.render(button.label, language, zone),
                    **(
                        {"copy_text": {"text": button.copy}}
                        if button.copy
                        else {"callback_data": button.data}
                    ),
                }
                for button in row
            ]
            for row in rows
        ]
    }


def post(
    lines: Iterable[Text],
    language: str,
    zone: tzinfo,
    *,
    mention: Sequence[tuple[int, str]] = (),
    rows: Rows = (),
    silent: bool = False,
) -> dict[str, Any]:
    """Return the parameters of a post in a desk's topic; `mention` is (user id, name) each."""
    shown = "\n".join(texts.render(line, language, zone) for line in lines)
    head, entities = _mentions(mention)
    params: dict[str, Any] = {
        "text": _cut(head + shown),
        "link_preview_options": {"is_disabled": True},
        "protect_content": True,
        "disable_notification": silent,
    }
    if entities:
        params["entities"] = entities
    if rows:
        params["reply_markup"] = keyboard(rows, language, zone)
    return params


def chunks(words: str, size: int = LONGEST - 96) -> list[str]:
    """Cut long words into pieces that fit a message, counted as Telegram counts."""
    pieces, start, length = [], 0, 0
    for i, letter in enumerate(words):
        width = _units(letter)
        if length + width > size:
            pieces.append(words[start:i])
            start, length = i, 0
        length += width
    return [*pieces, words[start:]]


def _mentions(people: Sequence[tuple[int, str]]) -> tuple[str, list[dict[str, Any]]]:
    """The names that a post begins with, each a mention; offsets count UTF-16 units."""
    head, entities = "", []
    for worker, name in people:
        user = {"id": worker, "is_bot": False, "first_name": name}
        entities.append(
            {"type": "text_mention", "offset": _units(head), "length": _units(name), "user": user}
        )
        head += name + " "
    return (head + "\n" if head else ""), entities


def _cut(shown: str) -> str:
    return shown if _units(shown) <= LONGEST else chunks(shown, LONGEST)[0]


def _units(shown: str) -> int:
    return len(shown.encode("utf-16-le", "surrogatepass")) // 2
