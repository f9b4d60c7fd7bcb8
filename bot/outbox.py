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

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from tenacity import AsyncRetrying, retry_if_exception, wait_exponential_jitter

from bot import pacing
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
    alerts_of,
    is_alerts,
    lane_of,
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
FINISH_S = 3.0
"""Seconds that what is being sent gets to finish when the program is stopped."""


class _Gone(Exception):
    """She left while something was on its way to her."""


_WAITS = wait_exponential_jitter(multiplier=0.2, max=20, jitter=0.3)


def _is_network(problem: BaseException) -> bool:
    """Whether trying again makes sense. In python-telegram-bot a BadRequest is a NetworkError too,
    and an answer that is no JSON is a plain TelegramError."""
    unreadable = type(problem) is TelegramError
    return unreadable or (isinstance(problem, NetworkError) and not isinstance(problem, BadRequest))


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
        self._telegram = telegram
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
        self._desks = desks
        self._down = down
        self._opened = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
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
                await self._deliver(item, queue)
                if queue.unwritten:
                    await queue.written.wait()
                queue.sending, queue.current = False, None
                self._free_slot(queue)
        finally:
            self._free_slot(queue)
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

    async def _take_slot(self, queue: Queue) -> None:
        """Wait until one more may be on its way to people; kept until it is written down."""
        if not queue.pace.group:
            await self._slots.acquire()
            queue.slot = True

    def _free_slot(self, queue: Queue) -> None:
        if queue.slot:
            queue.slot = False
            self._slots.release()

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

    async def _deliver(self, item: Item, queue: Queue) -> None:
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
            self._free_slot(queue)
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
