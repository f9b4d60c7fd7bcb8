"""The load: people at the sandbox's phones, in the sandbox's process and on its clock.

A crowd stands where the sandbox keeps its lock screens: it is told of every message as it is
posted and of every deletion as it happens, and costs one call each.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from bot.sandbox.errors import SandboxError
from bot.sandbox.markup import callback_data
from bot.sandbox.model import Message, User
from bot.sandbox.notices import LockScreens
from bot.sandbox.world import World

from .scripts import ASKS, EXIT_WORD, Script

_NUMBER = re.compile(re.escape(ASKS).replace(r"\{\}", r"(\d+)"))
Sample = tuple[float, float]
"""When it began (monotonic), and how long it took."""


@dataclass(slots=True)
class Person:
    """Somebody with a phone; `waits_since` is 0 while she waits for no answer."""

    number: int
    id: int
    script: Script
    waits_since: float = 0.0
    left_at: float = 0.0
    last: Message | None = None


class Crowd(LockScreens):
    """People, and what they see arrive."""

    def __init__(self, world: World, people: int, script: Callable[[int], Script]) -> None:
        super().__init__()
        self._world = world
        self._loop = asyncio.get_running_loop()
        world.locks = self
        self.people: dict[int, Person] = {}
        for number in range(people):
            user = world.add_person(f"Person {number}", language="en")
            self.people[user.id] = Person(number, user.id, script(number))
        self.answers: list[Sample] = []
        self.arrived: list[float] = []
        self.exits: list[Sample] = []
        self.alerts: list[Sample] = []
        self.asked: dict[int, float] = {}
        self.posts: Counter[int] = Counter()
        self.lost: list[str] = []
        self._idle: deque[Person] = deque()
        self._pacing: asyncio.Task[None] | None = None
        self._stopped = False

    # What the sandbox tells ------------------------------------------------------------------------

    def arrive(self, message: Message, readers: list[User]) -> None:
        """A message was posted."""
        if message.sender is not self._world.bot:
            return
        now = monotonic()
        if not message.chat.private:
            self.posts[message.chat.id] += 1
            self._alerted(message, now)
        elif person := self.people.get(message.chat.id):
            person.last = message
            if person.waits_since:
                self.arrived.append(now)
                self.answers.append((person.waits_since, now - person.waits_since))
                person.waits_since = 0.0
                self._next(person)

    def gone(self, chat_id: int, message_id: int, readers: list[int]) -> None:
        """A message was deleted; the first one ends the wait after her x."""
        person = self.people.get(chat_id)
        if person and person.left_at:
            self.exits.append((person.left_at, monotonic() - person.left_at))
            person.left_at = 0.0

    def _alerted(self, message: Message, now: float) -> None:
        """A post at a desk: the first with sound that holds a person's words is the alert."""
        found = None if message.silent else _NUMBER.search(message.body.get("text", ""))
        since = self.asked.pop(int(found[1]), None) if found else None
        if since is not None:
            self.alerts.append((since, now - since))

    # What people do --------------------------------------------------------------------------------

    def start(self) -> None:
        """All at once; from then on each when her answer arrived."""
        for person in self.people.values():
            self.act(person)

    def pace(self, per_second: float) -> None:
        """From now on somebody acts at a fixed rate, whatever has been answered."""
        self._pacing = asyncio.create_task(self._pace(per_second))

    async def _pace(self, per_second: float) -> None:
        began, acts = monotonic(), 0
        while not self._stopped:
            wanted = int((monotonic() - began) * per_second)
            for _ in range(min(wanted - acts, len(self._idle))):
                self.act(self._idle.popleft())
            acts = wanted
            await asyncio.sleep(0.002)

    def stop(self) -> None:
        """Nobody begins anything new."""
        self._stopped = True

    @property
    def waiting(self) -> int:
        """How many things have not been answered yet."""
        people = self.people.values()
        return sum((p.waits_since > 0) + (p.left_at > 0) for p in people) + len(self.asked)

    def all_since(self, moment: float) -> bool:
        """Whether all that was begun before a moment is answered."""
        people = self.people.values()
        begun = [*self.asked.values(), *(t for p in people for t in (p.waits_since, p.left_at))]
        return all(not since or since >= moment for since in begun)

    def act(self, person: Person) -> None:
        """Have a person do the next thing."""
        if self._stopped:
            return
        there = callback_data(person.last.markup) if person.last else []
        act = next(person.script, None)
        while act and act.kind == "maybe" and act.what not in there:
            act = next(person.script, None)
        if act is None:
            return
        person.waits_since = monotonic()
        if act.asks:
            self.asked[person.number] = person.waits_since
        if act.what == EXIT_WORD:
            person.left_at = person.waits_since
        try:
            if act.kind == "write":
                self._world.say(person.id, person.id, act.what)
            else:
                message_id = person.last.id if person.last else 0
                self._world.press(person.id, person.id, message_id, act.what)
        except SandboxError:
            self.lost.append(f"{act.what} stood not below: {_shown(person.last)}")
            person.waits_since = 0.0

    def _next(self, person: Person) -> None:
        if self._pacing:
            self._idle.append(person)
        else:
            self._loop.call_soon(self.act, person)


def _shown(message: Message | None) -> str:
    return str(message.body.get("text")) if message else "nothing"
