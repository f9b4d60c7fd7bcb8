"""The lanes of the outbox: what waits in them, in which order, and what becomes of it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot import pacing
from bot.render import LONGEST
from igor_bot.store.work import Item

PRIORITY = {"alert": pacing.ALERT, "prompt": 1, "words": 1, "news": 1, "post": 1, "pass": 1}
"""By kind; everything else (cards anew, reactions, closing) comes after."""
LAST = 2
COUNTED = frozenset(
    {
        "sendMessage",
        "copyMessage",
        "editMessageText",
        "editMessageReplyMarkup",
        "createForumTopic",
        "sendLocation",
        "sendContact",
    }
)
"""Methods that use up a group's minute."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An item has arrived; `message_id` is None where the method makes no message."""

    item: Item
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """An item can never arrive: why, as blocked or refused."""

    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class DeskDown:
    """A desk's chat cannot be reached."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class DeskUp:
    """It can be reached again."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class TopicLost:
    """Staff deleted the topic of this item; it is made again and wants its card."""

    item: Item


Report = Sent | Failed | DeskDown | DeskUp | TopicLost


@dataclass
class Queue:
    """One lane: what waits in it, and who is at it."""

    pace: pacing.Lane
    heap: list[tuple[int, int, Item]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    unwritten: int = 0
    """The item that has ended and is not written down yet: the lane waits for it, so that a kill
    doubles at most one message a chat, and never changes their order."""
    written: asyncio.Event = field(default_factory=asyncio.Event)
    slot: bool = False
    sending: bool = False
    """Whether something is under way, from its call until it is written down."""
    current: Item | None = None
    """What was taken out of the heap and has not ended."""

    def push(self, item: Item) -> None:
        """Let an item wait its turn."""
        heapq.heappush(self.heap, (priority(item), item.id, item))
        self.woken.set()

    def pop(self, blocked: Callable[[Item], bool]) -> Item | None:
        """Take the first item that nothing blocks, or None."""
        passed = []
        found = None
        while self.heap and found is None:
            entry = heapq.heappop(self.heap)
            if blocked(entry[2]):
                passed.append(entry)
            else:
                found = entry[2]
        for entry in passed:
            heapq.heappush(self.heap, entry)
        return found

    def items(self) -> list[Item]:
        """Everything that has not ended."""
        waiting = [item for _, _, item in self.heap]
        return [*waiting, self.current] if self.current else waiting


def alerts_of(item: Item) -> str:
    """The lane of a case's alerts on a desk."""
    return f"{item.lane}/{item.body.get('case')}"


def is_alerts(lane: str) -> bool:
    """Whether a lane is one of a case's alerts."""
    return lane.count("/") > 1


def lane_of(item: Item) -> str:
    """The lane that an item is sent in."""
    return alerts_of(item) if item.body.get("alert") else item.lane


def priority(item: Item) -> int:
    """Smaller goes first."""
    return PRIORITY.get("alert" if item.body.get("alert") else item.kind, LAST)


def marked(params: dict[str, Any]) -> dict[str, Any]:
    """Show staff that this may have come twice."""
    if "text" not in params:
        return params
    return {**params, "text": params["text"][: LONGEST - 2] + "\n↻"}
