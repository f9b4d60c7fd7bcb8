"""Sending one thing: tried again until it arrived, can never arrive, or she has left."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from tenacity import AsyncRetrying, retry_if_exception, wait_exponential_jitter

from bot.clock import Clock
from bot.exits import Exits
from bot.lanes import (
    COUNTED,
    DeskDown,
    DeskUp,
    Failed,
    Queue,
    Report,
    Sent,
    TopicLost,
    marked,
    priority,
)
from bot.log import fault, log
from bot.telegram import Telegram, retry_seconds, surely_not_arrived
from bot.topics import NoTopic, Topics
from igor_bot.store.rows import KEPT_KINDS
from igor_bot.store.work import Item

MENDABLE = ("thread not found", "topic_deleted", "topic_id_invalid")
UNCHANGED = ("message is not modified",)
DESK_GONE = ("chat not found", "not enough rights", "have no rights", "kicked", "not a member")
AGAIN_S = 30.0
"""Seconds between tries at a desk that cannot be reached."""
AT_ONCE = 64
"""Messages to people that are on their way and not written down yet: half of the connections, so
that quick exit and the desks never wait for one, and a kill doubles no more than that."""


class _Gone(Exception):
    """She left while something was on its way to her."""


_WAITS = wait_exponential_jitter(multiplier=0.2, max=20, jitter=0.3)


def _is_network(problem: BaseException) -> bool:
    """Whether trying again makes sense. In python-telegram-bot a BadRequest is a NetworkError too,
    and an answer that is no JSON is a plain TelegramError."""
    unreadable = type(problem) is TelegramError
    return unreadable or (isinstance(problem, NetworkError) and not isinstance(problem, BadRequest))


class Sender:
    """The way of one item. `leaving` and `parked` are the outbox's own: who is leaving, and the
    cases whose topic cannot be made."""

    def __init__(
        self,
        telegram: Telegram,
        clock: Clock,
        exits: Exits,
        topics: Topics,
        report: Callable[[Report], None],
        desks: frozenset[int],
        leaving: Counter[str],
        parked: dict[str, float],
    ) -> None:
        self._telegram = telegram
        self._clock = clock
        self._exits = exits
        self._topics = topics
        self._report = report
        self._desks = desks
        self._leaving = leaving
        self._parked = parked
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def _take_slot(self, queue: Queue) -> None:
        """Wait until one more may be on its way to people; kept until it is written down."""
        if not queue.pace.group:
            await self._slots.acquire()
            queue.slot = True

    def free_slot(self, queue: Queue) -> None:
        """What was on its way to her is written down."""
        if queue.slot:
            queue.slot = False
            self._slots.release()

    async def deliver(self, item: Item, queue: Queue) -> None:
        """Send one item, trying again until it arrived, can never arrive, or she has left."""
        generation = self._exits.generation(item.lane.removeprefix("p/"))
        while True:
            try:
                message_id = await self._persist(item, queue, generation)
            except _Gone:
                return
            except RetryAfter as problem:
                queue.pace.refused(retry_seconds(problem), self._clock.now())
                if self._make_way(item, queue):
                    return
                await self._wait_until(queue.pace.blocked_until)
            except NoTopic as problem:
                self._tell_down(item, queue, problem)
                self._parked[item.body["case"]] = self._clock.now() + AGAIN_S
                if not item.body.get("alert"):
                    queue.push(item)
                    return
                await self._wait_until(self._clock.now() + AGAIN_S)
            except Forbidden as problem:
                if not await self._unreachable(item, queue, problem):
                    return
            except ChatMigrated as problem:
                await self._desk_down(item, queue, problem)
            except BadRequest as problem:
                if await self._refused(item, queue, problem):
                    return
            except Exception as problem:  # a fault of ours: the lane goes on, the item is kept
                fault("outbox_failed", problem, kind=item.kind)
                self._end(queue, Failed(item, "fault"))
                return
            else:
                self._recovered(item, queue)
                self._end(queue, Sent(item, message_id))
                return

    def _end(self, queue: Queue, report: Sent | Failed) -> None:
        queue.unwritten = report.item.id
        queue.written.clear()
        self._report(report)

    async def _persist(self, item: Item, queue: Queue, generation: int) -> int | None:
        """Make the call, again and again while the network fails; a try that may have arrived
        marks the next one."""
        try:  # it nearly always arrives, and the loop below costs more than the turn did
            return await self._attempt(item, queue, generation, again=False)
        except TelegramError as problem:
            if not _is_network(problem):
                raise
            again = not surely_not_arrived(problem)
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_network), wait=_WAITS, reraise=True
        ):
            with attempt:
                try:
                    return await self._attempt(item, queue, generation, again)
                except TelegramError as problem:
                    again = again or not surely_not_arrived(problem)
                    raise
        raise _Gone

    async def _attempt(self, item: Item, queue: Queue, generation: int, again: bool) -> int | None:
        person_id = item.lane.removeprefix("p/")
        ready = await self._topics.prepare(item)
        params = marked(ready.params) if again and queue.pace.group else ready.params
        await self._take_slot(queue)
        try:
            if person_id in self._leaving or self._exits.generation(person_id) != generation:
                raise _Gone
            queue.sending = True
            result = await self._telegram.call(ready.method, params)
        except BaseException:
            queue.sending = False
            self.free_slot(queue)
            raise
        if ready.method in COUNTED:
            queue.pace.used(self._clock.now())
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if message_id is None:
            return None
        if not queue.pace.group:  # known at once: she may leave before it is written down
            self._exits.remember(person_id, int(message_id), self._clock.now())
        await self._topics.arrived(item, ready.method, int(message_id))
        if self._exits.generation(person_id) != generation and ready.method != "editMessageText":
            self._exits.delete_late(int(params["chat_id"]), person_id, int(message_id))
            if item.kind in KEPT_KINDS:
                raise _Gone  # her exit keeps it for her return
        return int(message_id)

    def _make_way(self, item: Item, queue: Queue) -> bool:
        """After a refusal an alert that came meanwhile goes first: put this one back."""
        if queue.heap and queue.heap[0][0] < priority(item):
            heapq.heappush(queue.heap, (priority(item), item.id, item))
            return True
        return False

    async def _unreachable(self, item: Item, queue: Queue, problem: Forbidden) -> bool:
        """A chat that does not want us: a person has blocked, a desk is down; True to try again."""
        if not queue.pace.group or not self._is_desk(item):
            self._end(queue, Failed(item, "refused" if queue.pace.group else "blocked"))
            return False
        await self._desk_down(item, queue, problem)
        return True

    async def _refused(self, item: Item, queue: Queue, problem: BaseException) -> bool:
        """Telegram refuses the call; True when the item is over."""
        words = str(problem).casefold()
        if any(mark in words for mark in UNCHANGED):
            self._end(queue, Sent(item))
            return True
        if queue.pace.group and "case" in item.body and any(mark in words for mark in MENDABLE):
            await self._topics.lost(item)
            self._report(TopicLost(item))
            return False
        if item.kind == "card" and "message to edit not found" in words:
            await self._topics.card_lost(item)
            return False
        if self._is_desk(item) and any(mark in words for mark in DESK_GONE):
            await self._desk_down(item, queue, problem)
            return False
        if not queue.pace.group and "chat not found" in words:
            self._end(queue, Failed(item, "blocked"))
            return True
        if "to be replied not found" in words and "reply_parameters" in item.body["params"]:
            del item.body["params"]["reply_parameters"]
            return False
        if item.kind != "react":
            fault("refused", problem, kind=item.kind)
        self._end(queue, Failed(item, "refused"))
        return True

    def _is_desk(self, item: Item) -> bool:
        """Whether an item goes to a desk of the settings, and not to some group that is left."""
        return item.lane.startswith("d/") and int(item.lane.removeprefix("d/")) in self._desks

    def _tell_down(self, item: Item, queue: Queue, problem: BaseException) -> None:
        if not queue.pace.down:
            queue.pace.down = True
            fault("desk_unreachable", problem, desk=item.lane)
            self._report(DeskDown(int(item.lane.removeprefix("d/"))))

    async def _desk_down(self, item: Item, queue: Queue, problem: BaseException) -> None:
        self._tell_down(item, queue, problem)
        await self._wait_until(self._clock.now() + AGAIN_S)

    def _recovered(self, item: Item, queue: Queue) -> None:
        if queue.pace.down:
            queue.pace.down = False
            log.info("desk_reachable", desk=item.lane)
            self._report(DeskUp(int(item.lane.removeprefix("d/"))))

    async def _wait_until(self, at: float) -> None:
        while self._clock.now() < at:
            await self._clock.wait_until(at)
