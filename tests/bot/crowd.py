"""Many people who talk at once, and the desks that answer them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.model import Call
from tests.bot.scene import ENGLISH, Desk, Phone, on_call
from tests.support import SARA, SOCIAL, Stage

PEOPLE = 200
EACH = 4
"""Numbered messages of each person, and of the worker to each."""
AREAS = 8
"""Desks beside each other: one group takes only so much a minute."""
MINUTE = 61.0


def settings() -> str:
    """Igor.toml with a social desk in each of the areas."""
    head, _, _ = ENGLISH.partition("[[area]]")
    area = """
[[area]]
id = "a{n}"
name = "Area {n}"
time_zone = "Europe/Stockholm"
out_of_hours_phone = "+46 8 000 00 00"
[[area.desk]]
organisation = "social"
chat_id = {chat}
language = "en"
staff = [5001]
"""
    return head + "".join(area.format(n=n, chat=SOCIAL - 100 - n) for n in range(AREAS))


@dataclass
class Crowd:
    """Many people at once, and the desk that answers them."""

    stage: Stage
    phones: list[Phone]
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    reacted: dict[int, int] = field(default_factory=dict)
    wrote: set[int] = field(default_factory=set)
    desks: list[Desk] = field(default_factory=list)
    cases: dict[int, tuple[Desk, int]] = field(default_factory=dict)
    """Person -> desk and topic."""

    def __post_init__(self) -> None:
        for n in range(AREAS):
            chat = self.stage.world.add_group(f"Desk {n}", [SARA], chat_id=SOCIAL - 100 - n)
            self.desks.append(Desk(self.stage, chat.id))
        on_call(self.stage, self._stir)

    def _stir(self, call: Call) -> None:
        if call.method != "getUpdates":
            self.stirred.set()

    async def until(
        self, holds: Callable[[], object], what: str, minutes: bool = False, seconds: float = 120
    ) -> None:
        """Wait until `holds()`. With `minutes`, a desk that waits for its next minute gets it:
        the clock is moved whenever nothing happens any more."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not holds():
            assert loop.time() < end, f"not within {seconds} s: {what}"
            self.stirred.clear()
            try:
                await asyncio.wait_for(self.stirred.wait(), 0.03)
            except TimeoutError:
                if minutes and self.stage.world.updates.held.is_set():
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
            area = f"talk:area:a{phone.id % AREAS}"
            way = ("welcome:gate:yes", "go:talk", area, "talk:danger:no")
            wanted = next((b for b in way if b in buttons), None)
            if wanted:
                phone.press(wanted)
            elif phone.id not in self.wrote:
                self.wrote.add(phone.id)
                phone.say(f"asks-{phone.id}.")
        return False

    async def claim_all(self) -> None:
        """Sara takes every case, and everybody is told."""
        await self.until(lambda: len(self._cases()) == len(self.phones), "a card for each")
        self.cases = self._cases()
        for desk, thread in self.cases.values():
            desk.press(thread, "claim")
        told = "has your request"
        await self.until(lambda: all(told in p.texts[-1] for p in self.phones), "all are told")

    def _cases(self) -> dict[int, tuple[Desk, int]]:
        found = {}
        for desk in self.desks:
            for thread in desk.threads:
                words = "".join(desk.texts(thread)[:1])
                if "asks-" in words:
                    found[int(words.split("asks-")[1].split(".")[0])] = desk, thread
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
                desk, thread = self.cases[person]
                desk.reply(thread, words)
            if number % 20 == 0:
                await self.until(lambda: world.queue_size < 100, "the bot reads on")

    def to_desk(self, phone: Phone) -> list[int]:
        """The numbers of her messages in the topic, as they came."""
        mark = f"She: p{phone.id}-"
        desk, thread = self.cases[phone.id]
        shown = desk.texts(thread)
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

    def doubles(self) -> Counter[int]:
        """What came more than once, counted by the process whose end it belongs to: each begins
        with getMe. Fails where one process sent the same thing twice."""
        found: Counter[int] = Counter()
        sender: dict[tuple[str, str], int] = {}
        process = 0
        for call in self.stage.world.calls:
            process += call.method == "getMe"
            words = str(call.values.get("text", "")).removesuffix("\n↻")
            if call.method == "sendMessage" and call.ok and words.startswith(("She: p", "s")):
                what = str(call.values["chat_id"]), words
                assert sender.get(what) != process, f"{what} twice by one process"
                if what in sender:
                    found[sender[what]] += 1
                sender[what] = process
        return found
