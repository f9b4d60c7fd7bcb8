"""The show: a stage with the bot running, who is on it, and what each has seen so far."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.dialogs.script import Missed
from tests.support import POLICE, SOCIAL, STAFF, TOML, Stage

Json = dict[str, Any]
PATIENCE = 10.0
"""Seconds a line waits for what it says."""
KISTA, KISTA_POLICE = -1002000000001, -1002000000002
DESKS = {"Desk": SOCIAL, "Police desk": POLICE, "Kista desk": KISTA}
WORKS_AT = {"Sara": SOCIAL, "Elin": SOCIAL, "Jonas": POLICE}

_SECOND = TOML[TOML.index("[[area]]") :]
SETTINGS: dict[str, str] = {
    "": TOML,
    "two areas": TOML
    + _SECOND.replace("sodermalm", "kista")
    .replace("Södermalm", "Kista")
    .replace("-100100000000", "-100200000000"),
    "a police desk only": TOML.replace(
        TOML[TOML.index("[[area.desk]]") : TOML.index("[[area.desk]]", TOML.index("social"))], ""
    ),
    "nobody tells her": TOML.replace('[[area.ladder]]\nafter_s = 300\nalert = "tell_person"\n', ""),
    "the desk speaks Swedish": TOML.replace('language = "en"', 'language = "sv"', 1),
}
"""Variants of igor.toml that a dialog may ask for by `settings:`."""


def plain(text: str | None) -> str:
    """Text as one reads it: no isolates, ordinary spaces."""
    return " ".join(re.sub("[\u2066-\u2069]", "", text or "").split())


def words(message: Json) -> str:
    """What a message says."""
    return plain(message["text"] or message["caption"])


def labels(message: Json) -> list[str]:
    """The labels of a message's buttons."""
    return [plain(button["text"]) for row in message["keyboard"] or [] for button in row]


def listed(messages: list[Json]) -> str:
    """Messages, for a sentence about what was seen instead."""
    return " / ".join(words(m) or f"({m['kind']})" for m in messages) or "nothing"


def data_of(message: Json, label: str) -> str:
    """The callback data of the button with this label."""
    found = (b for row in message["keyboard"] for b in row if plain(b["text"]) == label)
    data = next(found).get("callback_data")
    if data is None:
        raise Missed(f"the button {label!r} copies a number, it cannot be pressed to answer")
    return str(data)


@dataclass
class Show:
    """What a dialog plays on."""

    stage: Stage
    people: dict[str, int] = field(default_factory=lambda: {n: i for i, n in STAFF.items()})
    works_at: dict[str, int] = field(default_factory=lambda: dict(WORKS_AT))
    groups: dict[str, int] = field(default_factory=lambda: dict(DESKS))
    read: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Chat -> id of the newest message that the dialog has named."""
    threads: dict[int, int] = field(default_factory=dict)
    """Desk -> the topic that is looked at; the newest where none was chosen."""
    wrote: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Who -> chat and id of the message he or she wrote last."""
    popups_read: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    last: Json | None = None
    """What was seen last."""
    _database: sqlite3.Connection | None = None

    def begin(self, at: str) -> None:
        """Let the clock show `at`, such as 20:00, in Stockholm; furnish the second area."""
        if "kista" in (self.stage.folder / "igor.toml").read_text(encoding="utf-8"):
            for chat, name in ((KISTA, "Kista"), (KISTA_POLICE, "Kista police")):
                self.stage.world.add_group(name, STAFF, chat_id=chat)
        hour, minute = map(int, at.split(":"))
        zone = ZoneInfo("Europe/Stockholm")
        self.stage.world.clock.set(datetime(2026, 11, 10, hour, minute, tzinfo=zone).timestamp())

    def close(self) -> None:
        """Let go of the bot's store."""
        if self._database is not None:
            self._database.close()

    # Who and where -------------------------------------------------------------------------------

    def person(self, who: str) -> int:
        """The id of a person, who gets a phone in English when first named."""
        if who not in self.people:
            self.people[who] = self.stage.world.add_person(who, language="en").id
        return self.people[who]

    def chat_of(self, who: str) -> int:
        """The chat somebody writes in: a worker at the desk, a person in her own."""
        return self.works_at.get(who) or self.person(who)

    def thread(self, chat: int) -> int | None:
        """The topic of a desk that is looked at."""
        topics = self.stage.world.topics(chat)
        chosen = self.threads.get(chat)
        return chosen or (topics[-1]["thread"] if topics else None)

    def posts(self, chat: int) -> list[Json]:
        """The bot's messages in a chat; on a desk those of the topic that is looked at."""
        world = self.stage.world
        seen = world.chat_view(chat, self.thread(chat)) if chat < 0 else world.chat_view(chat)
        return [m for m in seen if m["bot"] and not m["kind"].startswith("forum_")]

    def new(self, chat: int) -> list[Json]:
        """The bot's messages that the dialog has not named yet, on a desk of all topics."""
        found = self.stage.world.chat_view(chat)
        unread = [m for m in found if m["bot"] and m["id"] > self.read[chat]]
        return [m for m in unread if not m["kind"].startswith("forum_")]

    def card(self, chat: int) -> Json | None:
        """The card of the topic that is looked at."""
        shape = re.compile(r"^(‼ )?K-\w{4}$", re.MULTILINE)
        return next((m for m in reversed(self.posts(chat)) if shape.search(m["text"] or "")), None)

    def saw(self, chat: int, message: Json) -> None:
        """The dialog has named this message."""
        self.read[chat] = max(self.read[chat], message["id"])
        self.last = message

    def caught_up(self, chat: int) -> None:
        """Everything that stands there now has been read."""
        for message in self.new(chat):
            self.saw(chat, message)

    # Waiting -------------------------------------------------------------------------------------

    async def until(self, holds: Callable[[], Any], otherwise: Callable[[], str]) -> Any:
        """Wait until `holds()` is true and return it. Raises Missed with `otherwise()`."""
        try:
            await self.stage.until(holds, seconds=PATIENCE)
        except AssertionError:
            raise Missed(otherwise()) from None
        return holds()

    async def settle(self) -> None:
        """Wait until the bot has done all that it has to do now."""
        end = asyncio.get_running_loop().time() + PATIENCE
        calm = 0
        while self.stage.bot is not None and calm < 2:
            calm = calm + 1 if self._idle() else 0
            if asyncio.get_running_loop().time() > end:
                raise Missed("the bot does not come to rest")
            await asyncio.sleep(0.003)

    def _idle(self) -> bool:
        world = self.stage.world
        if world.queue_size or world.presses:
            return False
        if self._database is None:
            path = next(self.stage.folder.glob("*.db"))
            self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        ask = self._database.execute
        lanes = ask("select lane from outbox where held = 0").fetchall()
        waiting = [lane for (lane,) in lanes if not self._cut_off(lane)]
        new = ask("select count(*) from inbox where state = 'new'").fetchone()[0]
        due = ask("select count(*) from due where at <= ?", (world.clock.now(),)).fetchone()[0]
        return not (waiting or new or due)

    def _cut_off(self, lane: str) -> bool:
        """Whether a lane leads to a desk that the bot is not in."""
        if not lane.startswith("d/"):
            return False
        world = self.stage.world
        return not world.inside(world.chat(int(lane.split("/")[1])))

    async def move_clock(self, seconds: float) -> None:
        """Let time pass, and the bot notice it."""
        clock = self.stage.world.clock
        await self._clock_watched(self.stage.bot is not None)
        clock.move(seconds)
        if self.stage.bot is not None:
            await self._clock_watched(False)
            await self._clock_watched(True)
            await self.settle()

    async def _clock_watched(self, wanted: bool) -> None:
        for _ in range(1000):
            if self.stage.world.clock.waited_for == wanted:
                return
            await asyncio.sleep(0.001)

    # The end -------------------------------------------------------------------------------------

    async def over(self) -> None:
        """Nobody has anything in the chat that the dialog does not name."""
        await self.settle()
        for who, number in self.people.items():
            if who not in self.works_at and (rest := self.new(number)):
                raise Missed(f"{who} also got: {' / '.join(map(words, rest))}")

    def transcript(self) -> str:
        """What everybody sees now, to find out what went wrong."""
        parts = []
        world = self.stage.world
        for name, chat in [*self.people.items(), *self.groups.items()]:
            if chat in world.chats and (seen := world.chat_view(chat)):
                parts.append(f"-- {name} --")
                parts += [f"{m['from_name']}: {_shown(m)}" for m in seen]
        return "\n".join(parts)


def _shown(message: Json) -> str:
    shown = words(message) or f"({message['kind']})"
    reactions = " ".join(message["reactions"])
    return f"{shown} {labels(message) or ''} {reactions}".strip()
