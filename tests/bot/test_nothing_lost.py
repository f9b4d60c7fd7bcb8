"""Nothing is lost and order holds, whatever the moment at which the process is killed."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.model import Call
from tests.bot.scene import ENGLISH, Desk, Fuse, Phone, on_call
from tests.support import SARA, SOCIAL, Stage, stage

PEOPLE = 200
EACH = 5
"""Numbered messages of each person, and of the worker to each."""
KILLS = 22
MINUTE = 61.0


@dataclass
class Crowd:
    """Many people at once, and the desk that answers them."""

    stage: Stage
    phones: list[Phone]
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    reacted: dict[int, int] = field(default_factory=dict)
    wrote: set[int] = field(default_factory=set)
    moves: int = 0
    desk: Desk = field(init=False)
    threads: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = Desk(self.stage)
        on_call(self.stage, self._stir)

    def _stir(self, call: Call) -> None:
        if call.method != "getUpdates":
            self.stirred.set()

    async def until(self, holds: object, what: str, seconds: float = 40) -> None:
        """Wait until `holds()`. A desk that waits for its next minute gets it: the clock is
        moved whenever nothing happens any more."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not holds():
            assert loop.time() < end, f"not within {seconds} s: {what}"
            self.stirred.clear()
            try:
                await asyncio.wait_for(self.stirred.wait(), 0.03)
            except TimeoutError:
                if self.stage.world.updates.held.is_set():
                    self.moves += 1
                    self.stage.world.clock.move(MINUTE)

    async def walk_in(self) -> None:
        """Everybody asks to talk: each presses or writes what the newest message wants."""
        for phone in self.phones:
            phone.say("/start")
        await self.until(lambda: not [p for p in self.phones if not self._further(p)], "all ask")

    def _further(self, phone: Phone) -> bool:
        """One person's next doing; True once her request is sent."""
        newest = phone.newest_id
        buttons = phone.buttons
        if "talk:near:yes" in buttons:
            return True
        if newest > self.reacted.get(phone.id, 0):
            self.reacted[phone.id] = newest
            wanted = [b for b in ("welcome:gate:yes", "go:talk", "talk:danger:no") if b in buttons]
            if wanted:
                phone.press(wanted[0])
            elif phone.id not in self.wrote:
                self.wrote.add(phone.id)
                phone.say(f"asks-{phone.id}.")
        return False

    async def claim_all(self) -> None:
        """Sara takes every case, and everybody is told."""
        await self.until(lambda: len(self._cases()) == len(self.phones), "a card for each")
        self.threads = self._cases()
        for thread in self.threads.values():
            self.desk.press(thread, "claim")
        await self.until(
            lambda: all("has your request" in "".join(p.texts[-3:]) for p in self.phones),
            "everybody is told who has it",
        )

    def _cases(self) -> dict[int, int]:
        found = {}
        for thread in self.desk.threads:
            words = "".join(self.desk.texts(thread)[:1])
            if "asks-" in words:
                found[int(words.split("asks-")[1].split(".")[0])] = thread
        return found

    async def exchange(self, chance: random.Random) -> None:
        """Everybody and the worker write their numbered messages, in a random order."""
        turns = [(p.id, who) for p in self.phones for who in "ps" for _ in range(EACH)]
        chance.shuffle(turns)
        written: Counter[tuple[int, str]] = Counter()
        world = self.stage.world
        for number, (person, who) in enumerate(turns):
            written[person, who] += 1
            words = f"{who}{person}-{written[person, who]}"
            if who == "p":
                world.say(person, person, words)
            else:
                self.desk.reply(self.threads[person], words)
            if number % 20 == 0:
                await self.until(lambda: world.queue_size < 100, "the bot reads on")

    def to_desk(self, phone: Phone) -> list[int]:
        """The numbers of her messages in the topic, as they came."""
        mark = f"She: p{phone.id}-"
        shown = self.desk.texts(self.threads[phone.id])
        return [int(t.removeprefix(mark).split()[0]) for t in shown if t.startswith(mark)]

    def to_person(self, phone: Phone) -> list[int]:
        """The numbers of the worker's messages on her phone."""
        mark = f"s{phone.id}-"
        return [int(t.removeprefix(mark)) for t in phone.texts if t.startswith(mark)]

    def arrived(self) -> bool:
        """Whether every number came at least once, both ways."""
        every = set(range(1, EACH + 1))
        ways = (self.to_desk, self.to_person)
        return all(every == set(way(p)) for p in self.phones for way in ways)


async def keep_killing(set_stage: Stage, fuse: Fuse) -> None:
    """Start the process again as soon as it has been killed."""
    while True:
        process = set_stage.process
        assert process is not None
        await process.wait()
        set_stage.world.updates.held.clear()
        await set_stage.spawn()
        if len(fuse.kills) < KILLS:
            fuse.light(20, 160)


async def test_200_people_talk_while_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    chance = random.Random(20)
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        fuse = Fuse(set_stage, chance)
        await set_stage.spawn()
        people = [set_stage.world.add_person(f"P{n}", language="en").id for n in range(PEOPLE)]
        crowd = Crowd(set_stage, [Phone(set_stage, n) for n in people])
        killing = asyncio.create_task(keep_killing(set_stage, fuse))
        fuse.light(100, 300)
        import time
        t=time.monotonic()
        await crowd.walk_in()
        print("in", time.monotonic()-t, len(fuse.kills), crowd.moves); t=time.monotonic()
        await crowd.claim_all()
        print("claimed", time.monotonic()-t, len(fuse.kills), crowd.moves); t=time.monotonic()
        await crowd.exchange(chance)
        print("exch", time.monotonic()-t, len(fuse.kills), crowd.moves); t=time.monotonic()
        try:
            await crowd.until(crowd.arrived, "everything, both ways")
        finally:
            print("arr", time.monotonic()-t, len(fuse.kills), crowd.moves); t=time.monotonic()
            print((tmp_path/"bot.log").read_text()[-3000:])
        killing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killing
        multi = Counter()
        disorder = 0
        for p in crowd.phones:
            for way in (crowd.to_desk, crowd.to_person):
                got = way(p)
                if got != sorted(got): disorder += 1; print(got)
                multi[way.__name__] += len(got) - EACH
        print(multi, disorder, len(fuse.kills), set_stage.world.clock.now()-time.time())
        assert 0
