"""Turns: one at a time a chat, many chats' in one commit, each all-or-nothing.

Nothing in a turn waits for the world: it reads, decides and writes. So one loop takes whatever has
come - updates, reports of the outbox, what is due - and settles it in batches; a batch that fails
is taken again one by one, so that one bad update harms nobody else's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from telegram import Chat, Update
from telegram.error import TelegramError

from bot import carry_out, desk_turn, lanes, person_turn, reports
from bot.clock import Clock
from bot.exits import Exits
from bot.hand import After, Hand
from bot.house import House
from bot.jobs import CoverSent, Deleted, DueNow, Incoming, Job, lean, private_chat
from bot.log import fault
from bot.outbox import Outbox
from bot.telegram import Telegram
from igor_bot import texts
from igor_bot.desk import cases, reminders
from igor_bot.store.store import Conflict, Store, StoreError
from igor_bot.texts import N_, Text

BATCH = 64
"""Jobs in one commit: more take longer before the inbox and the desks get at the store again."""
BREATH = 8
"""Jobs after which what cannot wait, such as quick exit, gets a chance to run."""
STORE_AGAIN_S = 0.3
CONFLICTS = 5
"""Tries after which rows that clash (a pseudonym drawn twice) are no longer put down to chance."""
WENT_WRONG = N_("Something went wrong here. Please press again.")
"""Real seconds before a batch is tried again while the store fails."""


class Turns:
    """The loop."""

    def __init__(
        self, store: Store, house: House, telegram: Telegram, exits: Exits, clock: Clock
    ) -> None:
        self.outbox: Outbox
        self._store = store
        self._house = house
        self._telegram = telegram
        self._exits = exits
        self._clock = clock
        self._jobs: deque[Job] = deque()
        self._reports: deque[Job] = deque()
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.due_changed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    def put(self, jobs: Iterable[Job]) -> None:
        """Hand jobs to the loop, in order."""
        for job in jobs:
            (self._reports if isinstance(job, lanes.Report) else self._jobs).append(job)
        self._idle.clear()
        self._woken.set()

    async def run(self) -> None:
        """Settle what comes, until cancelled."""
        while True:
            if not self._jobs and not self._reports:
                self._idle.set()
                self._woken.clear()
                await self._woken.wait()
            batch = self._batch()
            await self._settle(batch)
            for job in batch:
                if isinstance(job, lanes.Sent | lanes.Failed):
                    self.outbox.written(job.item)

    def _batch(self) -> list[Job]:
        """What is settled next: reports first, since each lane waits until its own is written."""
        batch = [self._reports.popleft() for _ in range(min(BATCH, len(self._reports)))]
        rest = min(BATCH - len(batch), len(self._jobs))
        return batch + [self._jobs.popleft() for _ in range(rest)]

    async def settled(self) -> None:
        """Return when nothing waits to be settled."""
        await self._idle.wait()

    async def _settle(self, batch: Sequence[Job]) -> None:
        for tries in count():
            try:
                await self._together(batch)
                return
            except StoreError as problem:
                if isinstance(problem, Conflict) and tries >= CONFLICTS:
                    await self._apart(batch, problem)
                    return
                fault("store_failed", problem, waiting=len(self._jobs) + len(batch))
                await asyncio.sleep(STORE_AGAIN_S)
            except Exception as problem:
                await self._apart(batch, problem)
                return

    async def _apart(self, batch: Sequence[Job], problem: BaseException) -> None:
        """A batch that fails is taken one by one, so that one bad update harms nobody else's."""
        if len(batch) == 1:
            await self._spoilt(batch[0], problem)
            return
        for job in batch:
            await self._settle([job])

    async def _together(self, batch: Sequence[Job]) -> None:
        now = self._clock.now()
        after = After()
        async with self._store.work(now) as work:
            hand = Hand(work, self._house, after, now)
            await work.prefetch(self._people(batch))
            for number, job in enumerate(batch, 1):
                await self._take(job, hand)
                if number % BREATH == 0:
                    await asyncio.sleep(0)
        self._publish(hand)

    def _people(self, batch: Sequence[Job]) -> list[str]:
        chats = (private_chat(job.update) for job in batch if isinstance(job, Incoming))
        return [self._store.vault.index(chat) for chat in chats if chat is not None]

    # One job -------------------------------------------------------------------------------------

    async def _take(self, job: Job, hand: Hand) -> None:
        match job:
            case Incoming(raw):
                await self._incoming(raw, hand)
                hand.work.done(raw["update_id"])
            case DueNow():
                await self._due(job, hand)
            case CoverSent(person, message_id):
                hand.work.message(person, message_id, hand.now)
            case Deleted(person, ids):
                await hand.work.messages_gone(person, ids)
            case _:
                await reports.take(job, hand)

    async def _incoming(self, raw: dict[str, Any], hand: Hand) -> None:
        update = Update.de_json(lean(raw), self._telegram.bot)
        chat = update.effective_chat
        if chat is None:
            return
        if chat.type == Chat.PRIVATE:
            await person_turn.take(update, chat, hand, self._store.vault, self._exits)
        else:
            me = self._telegram
            await desk_turn.take(update, chat, hand, me.id, me.username)

    async def _due(self, job: DueNow, hand: Hand) -> None:
        await hand.work.due_done(job.id)
        if job.kind == "retention":
            await hand.work.erase_case(job.case_id)
            return
        case = await hand.work.case(job.case_id)
        if case is None:
            return
        area = self._house.area_of(case.area)
        shift = self._house.shift(area, hand.now)
        match job.kind:
            case "ladder":
                emergency = self._house.book.numbers["emergency"].number
                phone = area.out_of_hours_phone
                outcome = cases.climb(case, job.organisation, job.step, phone, emergency, shift)
            case "first_words":
                outcome = reminders.owner_silent(case, job.organisation, shift)
            case _:
                outcome = reminders.agreed_time(case, job.organisation, job.step, shift)
        hand.after.dues = True
        await carry_out.desk_effects(hand, *outcome)

    # After the commit ------------------------------------------------------------------------------

    def _publish(self, hand: Hand) -> None:
        after = hand.after
        for person_id, language in after.languages:
            self._exits.speaks(person_id, language)
        for person_id, message_id in after.messages:
            self._exits.remember(person_id, message_id, hand.now)
        for update_id in after.left:
            self.written_down(update_id)
        self.outbox.replace(after.replaced)
        for chat_id, person_id, cover in after.vanish:
            self._exits.leave(chat_id, person_id, cover)
            if cover:
                self.outbox.left(person_id)
        self.outbox.add([*after.released, *hand.work.items])
        for callback, text, alert in after.answers:
            self._start(self._answer(callback, text, alert))
        for chat_id in after.leave:
            self._start(self._leave_group(chat_id))
        if after.dues:
            self.due_changed.set()

    def written_down(self, update_id: int) -> None:
        """The quick exit of this update, if it is one, is in the store."""
        person_id = self._exits.settle(update_id)
        if person_id is not None:
            self.outbox.left(person_id)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, callback: str, text: str, alert: bool) -> None:
        params: dict[str, Any] = {"callback_query_id": callback}
        if text:
            params |= {"text": text, "show_alert": alert}
        try:
            await self._telegram.call("answerCallbackQuery", params)
        except TelegramError as problem:  # too late, or answered: the deed itself stands
            fault("answer_failed", problem)

    async def _leave_group(self, chat_id: int) -> None:
        await asyncio.sleep(1)  # let the message with the chat id arrive first
        try:
            await self._telegram.call("leaveChat", {"chat_id": chat_id})
        except TelegramError as problem:
            fault("leave_failed", problem)

    # What fails ------------------------------------------------------------------------------------

    async def _spoilt(self, job: Job, problem: BaseException) -> None:
        """A job that cannot be taken: kept aside and counted; the person is not left in silence."""
        fault("turn_failed", problem, job=type(job).__name__)
        while True:
            try:
                await self._set_aside(job)
                return
            except StoreError:
                await asyncio.sleep(STORE_AGAIN_S)
            except Exception as again:
                fault("quarantine_failed", again, job=type(job).__name__)
                return

    async def _set_aside(self, job: Job) -> None:
        """Keep a job that cannot be taken, and answer whoever waits."""
        now = self._clock.now()
        async with self._store.work(now) as work:
            hand = Hand(work, self._house, After(), now)
            await work.alarm("fault", type(job).__name__)
            if isinstance(job, DueNow):
                await work.due_later(job.id, now + 300)
                hand.after.dues = True
            elif isinstance(job, Incoming):
                work.done(job.update["update_id"], "quarantined")
                await self._apologise(job.update, hand)
                self._answer_worker(job.update, hand)
        self._publish(hand)

    def _answer_worker(self, raw: dict[str, Any], hand: Hand) -> None:
        """A press on the desk is not left hanging."""
        query = raw.get("callback_query")
        if isinstance(query, dict) and private_chat(raw) is None and "id" in query:
            zone = self._house.book.area[0].time_zone
            shown = texts.render(Text(WENT_WRONG), self._house.default_language, zone)
            hand.after.answers.append((str(query["id"]), shown, True))

    async def _apologise(self, raw: dict[str, Any], hand: Hand) -> None:
        chat_id = private_chat(raw)
        if chat_id is None:
            return
        try:
            update = Update.de_json(raw, self._telegram.bot)
        except Exception:
            update = Update(int(raw["update_id"]))
        chat = Chat(chat_id, Chat.PRIVATE)
        await person_turn.apologise(update, chat, hand, self._store.vault)
