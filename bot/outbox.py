"""Messages out: a lane a chat, alerts first, Telegram's limits kept, at least once.

What is sent stays in the store until Telegram has answered; what becomes of it is reported, and a
turn writes it down. Telegram has no idempotency key, so after an ambiguous failure it is sent
again: twice is better than never, and staff see the second one marked.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from bot import pacing
from bot.clock import Clock
from bot.exits import Exits
from bot.lanes import (
    Queue,
    Report,
    Sent,
    alerts_of,
    is_alerts,
    lane_of,
)
from bot.sending import AGAIN_S, Sender
from bot.telegram import Telegram
from bot.topics import Topics
from igor_bot.store.work import Item

FINISH_S = 3.0
"""Seconds that what is being sent gets to finish when the program is stopped."""


class Outbox:
    """The lanes. `topics` turns an item into a call, making the topic where there is none;
    `report` takes what became of each item. `desks` are the chats of the settings' desks, `down`
    those that could not be reached when the program stopped."""

    def __init__(
        self,
        telegram: Telegram,
        clock: Clock,
        exits: Exits,
        topics: Topics,
        report: Callable[[Report], None],
        desks: frozenset[int],
        down: set[int],
    ) -> None:
        self._clock = clock
        self._exits = exits
        self._topics = topics
        topics.on_made = lambda chat_id: self._lanes[f"d/{chat_id}"].pace.used(clock.now())
        self._report = report
        self._lanes: dict[str, Queue] = {}
        self._cards: dict[tuple[str, str], Item] = {}
        self._leaving: Counter[str] = Counter()
        self._parked: dict[str, float] = {}
        """Cases whose topic cannot be made, and until when (unix seconds) they wait."""
        self._down = down
        self._opened = asyncio.Event()
        self._sender = Sender(
            telegram, clock, exits, topics, report, desks, self._leaving, self._parked
        )
        self._closing = False

    # In and out of the lanes ---------------------------------------------------------------------

    def add(self, items: Iterable[Item]) -> None:
        """Queue committed items; what is held, or belongs to somebody who is leaving, is not."""
        for item in items:
            if item.held or item.lane.removeprefix("p/") in self._leaving:
                continue
            self._supersede(item)
            queue = self._queue(item)
            queue.push(item)
            if queue.task is None:
                queue.task = asyncio.create_task(self._run(lane_of(item), queue))

    def _queue(self, item: Item) -> Queue:
        """The item's lane. Each case's alerts have one of their own beside their desk's, paced
        with it: they wait for no other case, and the rest of the case waits for them."""
        chat = self._lanes.get(item.lane)
        if chat is None:
            chat = self._lanes[item.lane] = Queue(pacing.Lane(item.lane.startswith("d/")))
            chat.pace.down = item.lane in {f"d/{desk}" for desk in self._down}
        if lane_of(item) == item.lane:
            return chat
        return self._lanes.setdefault(lane_of(item), Queue(chat.pace))

    def leave(self, person_id: str) -> None:
        """Quick exit: nothing more goes to her until her exit is written down and she is back."""
        self._leaving[person_id] += 1
        if queue := self._lanes.get(f"p/{person_id}"):
            queue.heap.clear()

    def take_up(self, unsent: Iterable[Item]) -> None:
        """Begin to send, with everything that a stop left unsent, so that order holds."""
        queued = {entry[2].id for queue in self._lanes.values() for entry in queue.heap}
        self.add(item for item in unsent if item.id not in queued)
        self._opened.set()

    def replace(self, items: Iterable[Item]) -> None:
        """The text of unsent items was edited."""
        for new in items:
            queue = self._lanes.get(lane_of(new))
            for old in queue.items() if queue else ():
                if old.id == new.id:
                    old.body = new.body

    def left(self, person_id: str) -> None:
        """One exit of hers is written down; with the last one the store knows what may be sent."""
        self._leaving[person_id] -= 1
        if self._leaving[person_id] <= 0:
            del self._leaving[person_id]

    def written(self, item: Item) -> None:
        """What became of an item is committed: its lane goes on."""
        queue = self._lanes.get(lane_of(item))
        if queue is not None and queue.unwritten == item.id:
            queue.unwritten = 0
            queue.written.set()

    async def close(self) -> None:
        """Stop sending; what is under way may finish, what is unsent stays in the store."""
        self._closing = True
        sending = [q.task for q in self._lanes.values() if q.task and q.sending]
        if sending:
            await asyncio.wait(sending, timeout=FINISH_S)
        tasks = [q.task for q in self._lanes.values() if q.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _supersede(self, item: Item) -> None:
        """Of several refreshes of one card that wait, only the last is sent."""
        if item.kind != "card":
            return
        key = (item.body["case"], item.body["org"])
        older = self._cards.get(key)
        if older is not None and not older.body.get("alert"):
            queue = self._lanes[older.lane]
            queue.heap = [entry for entry in queue.heap if entry[2] is not older]
            heapq.heapify(queue.heap)
            self._report(Sent(older))
        self._cards[key] = item

    # One lane --------------------------------------------------------------------------------------

    async def _run(self, lane: str, queue: Queue) -> None:
        try:
            await self._opened.wait()
            while queue.heap and not self._closing:
                if await self._waited(queue):
                    continue
                item = queue.pop(lambda waiting: self._blocked(waiting, queue))
                if item is None:
                    await self._unblocked(queue)
                    continue
                queue.current = item
                if item.kind == "card":
                    self._cards.pop((item.body["case"], item.body["org"]), None)
                await self._sender.deliver(item, queue)
                if queue.unwritten:
                    await queue.written.wait()
                queue.sending, queue.current = False, None
                self._sender.free_slot(queue)
        finally:
            self._sender.free_slot(queue)
            queue.task = None
            kept = queue.pace.group or queue.pace.blocked_until  # what was counted, for the alerts
            if not queue.heap and (not kept or is_alerts(lane)):
                self._lanes.pop(lane, None)

    def _blocked(self, item: Item, queue: Queue) -> bool:
        """Whether an item waits for its case: for its alerts, or for a topic."""
        alerts = self._lanes.get(alerts_of(item))
        before = alerts is not None and alerts is not queue and alerts.task is not None
        return before or self._parked.get(item.body.get("case", ""), 0) > self._clock.now()

    async def _unblocked(self, queue: Queue) -> None:
        """Wait until something of this lane may go on."""
        lanes = (self._lanes.get(alerts_of(item)) for item in queue.items())
        waits: set[asyncio.Future[Any]] = {q.task for q in lanes if q and q is not queue and q.task}
        parked = [at for at in self._parked.values() if at > self._clock.now()]
        until = min(parked, default=self._clock.now() + AGAIN_S)
        await self._woken(queue, until, waits)

    async def _waited(self, queue: Queue) -> bool:
        """Wait until the first item may be sent; True when something changed meanwhile."""
        now = self._clock.now()
        at = queue.pace.ready_at(queue.heap[0][0], now)
        if at <= now:
            return False
        await self._woken(queue, at)
        return True

    async def _woken(
        self, queue: Queue, at: float, others: Iterable[asyncio.Future[Any]] = ()
    ) -> None:
        """Wait until `at`, until something is added to the lane, or until one of `others`."""
        queue.woken.clear()
        own = {
            asyncio.ensure_future(queue.woken.wait()),
            asyncio.ensure_future(self._clock.wait_until(at)),
        }
        await asyncio.wait({*own, *others}, return_when=asyncio.FIRST_COMPLETED)
        for one in own:
            one.cancel()
