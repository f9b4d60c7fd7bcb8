"""Who acts in end-to-end tests: a person with her phone, a duty worker at a desk, a watcher."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.markup import callback_data
from bot.sandbox.model import Call, Message
from tests.support import SARA, SOCIAL, TOML, Stage

ENGLISH = TOML.replace('["en", "sv"]', '["en"]')
"""The stage's settings with one language: the way in begins with the gate."""

TALK = ("go:talk", "talk:danger:no")
"""From the menu to the question for her words."""


@dataclass
class Phone:
    """A person and what her phone shows."""

    stage: Stage
    id: int

    @property
    def shown(self) -> list[Message]:
        """All messages of her chat, as they are now."""
        return list(self.stage.world.chats[self.id].messages.values())

    @property
    def from_bot(self) -> list[Message]:
        """What the bot wrote."""
        return [m for m in self.shown if m.sender is self.stage.world.bot]

    @property
    def newest(self) -> Message | None:
        """The newest message of the bot; cheap."""
        bot = self.stage.world.bot
        messages = self.stage.world.chats[self.id].messages.values()
        return next((m for m in reversed(messages) if m.sender is bot), None)

    @property
    def newest_id(self) -> int:
        """Its id, 0 where there is none."""
        return self.newest.id if self.newest else 0

    @property
    def texts(self) -> list[str]:
        """The bot's words, oldest first."""
        return [m.body.get("text", "") for m in self.from_bot]

    @property
    def buttons(self) -> set[str]:
        """The callback data on the bot's newest message."""
        return set(callback_data(self.newest.markup)) if self.newest else set()

    def say(self, words: str) -> Message:
        """Write."""
        return self.stage.world.say(self.id, self.id, words)

    def press(self, data: str) -> str:
        """Press a button of the newest message."""
        assert data in self.buttons, f"{data} is not in {self.buttons}"
        return self.stage.world.press(self.id, self.id, self.newest_id, data)

    async def do(self, *deeds: str) -> None:
        """Press buttons, or write what begins with "="; waits for the answer to each."""
        for deed in deeds:
            before = self.newest_id
            if deed.startswith("="):
                self.say(deed[1:])
            else:
                await self.stage.until(lambda d=deed: d in self.buttons, f"the button {deed}")
                before = self.newest_id
                self.press(deed)
            await self.stage.until(
                lambda b=before: self.newest_id > b, f"an answer to {deed}: {self.texts[-1:]}"
            )

    async def enter(self) -> None:
        """Begin and go through the gate."""
        await self.do("=/start", "welcome:gate:yes")

    async def ask_to_talk(self, words: str) -> None:
        """Send a request to talk."""
        await self.do(*TALK, f"={words}")


@dataclass
class Desk:
    """A duty worker and the desk's forum."""

    stage: Stage
    chat_id: int = SOCIAL
    worker: int = SARA

    def posts(self, thread: int) -> list[Message]:
        """What the bot posted in a topic, without the topic's own service message."""
        chat = self.stage.world.chats[self.chat_id]
        found = [chat.messages[n] for n in chat.topics[thread].ids]
        return [m for m in found if m.sender is self.stage.world.bot and m.kind[:5] != "forum"]

    def texts(self, thread: int) -> list[str]:
        """The words of the posts."""
        return [m.body.get("text", "") for m in self.posts(thread)]

    @property
    def threads(self) -> list[int]:
        """All topics."""
        return list(self.stage.world.chats[self.chat_id].topics)

    def thread_of(self, words: str) -> int | None:
        """The topic in which somebody's words stand."""
        return next((t for t in self.threads if any(words in p for p in self.texts(t))), None)

    def card(self, thread: int) -> Message:
        """The card: the post with the case's buttons."""
        return next(m for m in self.posts(thread) if self.deeds(m))

    def deeds(self, message: Message) -> dict[str, str]:
        """Deed (and value) -> callback data of a post's buttons."""
        found = (d.split(":", 3) for d in callback_data(message.markup))
        return {":".join([p[1], *p[3:]]): ":".join(p) for p in found if p[0] == "desk"}

    async def case(self, words: str) -> int:
        """Wait for the card that holds `words`; returns its topic."""
        await self.stage.until(lambda: self.thread_of(words), f"a card with {words}")
        thread = self.thread_of(words)
        assert thread is not None
        return thread

    def press(self, thread: int, deed: str) -> None:
        """Press a button of the card, such as "claim" or "call:reached"."""
        card = self.card(thread)
        data = self.deeds(card)[deed]
        self.stage.world.press(self.chat_id, self.worker, card.id, data)

    async def claim(self, thread: int) -> None:
        """Take the case, and wait until the card says so."""
        await self.stage.until(lambda: "claim" in self.deeds(self.card(thread)), "claim")
        self.press(thread, "claim")
        gone = "claim"
        await self.stage.until(lambda: gone not in self.deeds(self.card(thread)), "claimed")

    def reply(self, thread: int, words: str) -> Message:
        """Answer the card: it goes to the person."""
        world, card = self.stage.world, self.card(thread)
        return world.say(self.chat_id, self.worker, words, thread=thread, reply_to=card.id)


async def in_talk(stage: Stage, words: str = "please talk") -> tuple[Phone, Desk, int]:
    """A person with an open, claimed case; returns phone, desk and topic."""
    phone = Phone(stage, stage.world.add_person("Amina", language="en").id)
    desk = Desk(stage)
    await phone.enter()
    await phone.ask_to_talk(words)
    thread = await desk.case(words)
    before = phone.newest_id
    await desk.claim(thread)
    await stage.until(lambda: phone.newest_id > before, "she is told who has it")
    return phone, desk, thread


async def in_minutes(
    stage: Stage, holds: Callable[[], object], what: str, seconds: float = 20
) -> None:
    """Wait until `holds()`; a desk that waits for its next minute gets it: the clock is moved
    whenever nothing happens any more."""
    changes = stage.world.subscribe()
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    try:
        while not holds():
            assert loop.time() < end, f"not within {seconds} s: {what}"
            try:
                await asyncio.wait_for(changes.get(), 0.05)
            except TimeoutError:
                if stage.world.updates.held.is_set():
                    stage.world.clock.move(61)
    finally:
        stage.world.unsubscribe(changes)


class Watched(deque[Any]):
    """A deque that tells of what is put into it, before anything else happens."""

    def __init__(self, old: Iterable[Any] = ()) -> None:
        super().__init__(old, maxlen=100_000)
        self.tells: list[Callable[[Any], None]] = []

    def append(self, one: Any) -> None:
        super().append(one)
        for tell in self.tells:
            tell(one)

    def extend(self, many: Iterable[Any]) -> None:
        for one in many:
            self.append(one)


def on_call(stage: Stage, tell: Callable[[Call], None]) -> None:
    """Have `tell` called with each call of the Bot API once it took effect, before its answer."""
    if not isinstance(stage.world.calls, Watched):
        stage.world.calls = Watched(stage.world.calls)
    stage.world.calls.tells.append(tell)


def on_update(stage: Stage, tell: Callable[[int], None]) -> None:
    """Have `tell` called with the id of each update that is handed out, before the bot has it."""
    if not isinstance(stage.world.updates.seen_ids, Watched):
        stage.world.updates.seen_ids = Watched(stage.world.updates.seen_ids)
    stage.world.updates.seen_ids.tells.append(tell)


class Fuse:
    """Kills the bot's process with kill -9 after so many calls and updates, some of the times a
    few milliseconds later, so that no moment is spared."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self._stage = stage
        self._chance = chance
        self._left = -1
        self.kills: list[float] = []
        """When each kill was (monotonic)."""
        on_call(stage, lambda call: self._burn())
        on_update(stage, lambda update_id: self._handed_out())
        self._at_update = False

    def light(self, least: int, most: int) -> None:
        """Kill after a random number of events."""
        self._left = self._chance.randint(least, most)

    def next_update(self) -> None:
        """Kill as soon as an update is handed out, before the process has it."""
        self._at_update = True

    def _handed_out(self) -> None:
        if self._at_update and self._stage.process is not None:
            self._at_update = False
            self._kill(self._stage.process.pid)
        self._burn()

    def _burn(self) -> None:
        process = self._stage.process
        if self._left < 0 or process is None or process.returncode is not None:
            return
        self._left -= 1
        if self._left < 0:
            later = self._chance.choice((0.0, 0.0, 0.002, 0.01))
            if later:
                asyncio.get_running_loop().call_later(later, self._kill, process.pid)
            else:
                self._kill(process.pid)

    def _kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.kills.append(time.monotonic())
