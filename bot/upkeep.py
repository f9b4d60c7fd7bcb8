"""What is due: rows whose time has come, messages that vanish, old ids and keys that go."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from sqlalchemy import func, select

from bot.clock import Clock
from bot.exits import BATCH, DELETABLE_S, Exits
from bot.jobs import Deleted, DueNow
from bot.log import fault, log
from bot.telegram import Telegram
from bot.turns import Turns
from igor_bot.store import tables as t
from igor_bot.store.store import Store, StoreError

EVERY_S = 60.0
"""Seconds between looks at what vanishes."""
AHEAD_S = 120.0
"""Messages go this much before their time, so that nothing is ever late."""
INBOX_S = 48 * 3600.0
"""Seconds that update ids are kept against doubles; Telegram keeps updates for 24 hours."""
KEYS_S = 72 * 3600.0
"""Seconds from a key's retirement to its destruction."""


class Upkeep:
    """Two loops on one clock."""

    def __init__(
        self,
        store: Store,
        telegram: Telegram,
        exits: Exits,
        turns: Turns,
        clock: Clock,
        vanish_hours: int,
    ) -> None:
        self._store = store
        self._telegram = telegram
        self._exits = exits
        self._turns = turns
        self._clock = clock
        self._vanish_s = vanish_hours * 3600.0
        self._under_way: set[int] = set()

    async def run_due(self) -> None:
        """Hand out due rows in time, until cancelled."""
        while True:
            self._turns.due_changed.clear()
            try:
                next_at = await self._hand_out()
            except StoreError as problem:
                fault("due_failed", problem)
                next_at = self._clock.now() + 1
            waits = {
                asyncio.ensure_future(self._turns.due_changed.wait()),
                asyncio.ensure_future(self._clock.wait_until(next_at)),
            }
            _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for one in pending:
                one.cancel()

    async def _hand_out(self) -> float:
        now = self._clock.now()
        async with self._store.reading() as db:
            query = select(t.due).where(t.due.c.at <= now).order_by(t.due.c.at)
            rows = (await db.execute(query)).all()
            ids = {row.id for row in rows}
            later = select(func.min(t.due.c.at)).where(t.due.c.at > now)
            next_at = (await db.execute(later)).scalar()
        fresh = [row for row in rows if row.id not in self._under_way]
        self._under_way = ids
        self._turns.put(
            DueNow(row.id, row.kind, row.case_id, row.organisation, row.step) for row in fresh
        )
        return float(next_at) if next_at is not None else now + 3600

    async def run_vanishing(self) -> None:
        """Delete what has reached its time, until cancelled."""
        while True:
            next_at = self._clock.now() + EVERY_S
            try:
                await self._vanish()
                await self._tidy()
            except StoreError as problem:
                fault("vanishing_failed", problem)
            await self._clock.wait_until(next_at)

    async def _vanish(self) -> None:
        now = self._clock.now()
        async with self._store.reading() as db:
            query = select(t.message).where(t.message.c.sent_at < now - self._vanish_s + AHEAD_S)
            rows = (await db.execute(query.order_by(t.message.c.sent_at))).all()
        if not rows:
            return
        by_person: defaultdict[str, list[int]] = defaultdict(list)
        too_old: defaultdict[str, list[int]] = defaultdict(list)
        for row in rows:
            if abs(row.sent_at) < now - DELETABLE_S:  # below zero: she left, and it is overdue
                too_old[row.person].append(row.message_id)
            by_person[row.person].append(row.message_id)
        if too_old:
            log.warning("too_old_to_delete", count=sum(map(len, too_old.values())))
        await self._delete(by_person, too_old)

    async def _delete(self, by_person: dict[str, list[int]], too_old: dict[str, list[int]]) -> None:
        people = list(by_person)
        for start in range(0, len(people), BATCH):
            part = people[start : start + BATCH]
            async with self._store.work(self._clock.now()) as work:
                await work.prefetch(part)
                known = [await work.person(person_id) for person_id in part]
            for one in known:
                if one is not None:
                    await self._exits.vanish(one.person.chat_id, one.id, by_person[one.id])
        if too_old:  # tried once more, and nothing can delete them any more
            self._turns.put(Deleted(person, tuple(ids)) for person, ids in too_old.items())

    async def _tidy(self) -> None:
        now = self._clock.now()
        await self._store.sweep_inbox(now - INBOX_S)
        gone = await self._store.destroy_keys(now - KEYS_S)
        if gone:
            log.info("keys_destroyed", count=gone)
