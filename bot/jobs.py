"""What turns settle: updates, due rows, what was deleted, what became of what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import lanes


@dataclass(frozen=True, slots=True)
class Incoming:
    """A stored update, as raw JSON."""

    update: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DueNow:
    """A due row whose time has come."""

    id: int
    kind: str
    case_id: str
    organisation: str
    step: int


@dataclass(frozen=True, slots=True)
class CoverSent:
    """The cover message of a quick exit is in her chat."""

    person: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages are gone from a chat."""

    person: str
    message_ids: tuple[int, ...]


Job = Incoming | DueNow | CoverSent | Deleted | lanes.Report


_NEEDED = ("message_id", "date", "chat")


def lean(raw: dict[str, Any]) -> dict[str, Any]:
    """A press without text and buttons of the message it stood on: only its id is needed, and
    parsing them costs more than the turn."""
    query = raw.get("callback_query")
    if not query or not query.get("message"):
        return raw
    lean = {key: value for key, value in query["message"].items() if key in _NEEDED}
    return {**raw, "callback_query": {**query, "message": lean}}


def private_chat(raw: dict[str, Any]) -> int | None:
    """The private chat that a raw update comes from, or None. Never fails."""
    try:
        for key in ("message", "edited_message", "my_chat_member"):
            if key in raw:
                chat = raw[key]["chat"]
                return int(chat["id"]) if chat["type"] == "private" else None
        if "callback_query" in raw:
            chat = raw["callback_query"]["message"]["chat"]
            return int(chat["id"]) if chat["type"] == "private" else None
    except (KeyError, TypeError, ValueError):
        pass
    return None
