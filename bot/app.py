"""The only wiring: opens everything in order, runs it, closes it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import select
from telegram.error import InvalidToken, TelegramError

from bot.clock import Clock, MovedClock, SystemClock
from bot.exits import DELETABLE_S, Exits
from bot.house import House
from bot.inbox import Inbox
from bot.jobs import CoverSent, Deleted, Incoming
from bot.log import log
from bot.outbox import FINISH_S, Outbox
from bot.telegram import Telegram
from bot.topics import Topics
from bot.turns import Turns
from bot.upkeep import Upkeep
from igor_bot.errors import SetupError
from igor_bot.settings import Settings
from igor_bot.store import tables as t
from igor_bot.store.crypto import read_master_key
from igor_bot.store.store import Store


async def run(settings: Settings) -> None:
    """Run the bot until cancelled. Raises SetupError where it cannot start."""
    began = time.monotonic()
    async with (
        _store(settings) as store,
        _clock(settings) as clock,
        _telegram(settings) as telegram,
    ):
        house = House(settings.book)
        exits = Exits(telegram, store.vault, clock.now, house.default_language)
        turns = Turns(store, house, telegram, exits, clock)
        topics = Topics(telegram, store, house, clock)
        desks = frozenset(d.chat_id for area in settings.book.area for d in area.desk)
        await _remember(store, house, exits, clock, desks)
        outbox = Outbox(
            telegram,
            clock,
            exits,
            topics,
            lambda report: turns.put([report]),
            desks,
            house.down,
        )
        turns.outbox = outbox
        exits.on_exit = outbox.leave
        exits.on_sent = lambda person, message: turns.put([CoverSent(person, message)])
        exits.on_deleted = lambda person, ids: turns.put([Deleted(person, tuple(ids))])
        upkeep = Upkeep(store, telegram, exits, turns, clock, settings.book.service.vanish_hours)
        inbox = Inbox(telegram, store, exits, turns, clock)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(turns.run())
            await _resume(store, turns, outbox, clock)
            tasks.create_task(inbox.run())
            tasks.create_task(upkeep.run_due())
            tasks.create_task(upkeep.run_vanishing())
            tasks.create_task(_learn_names(telegram, house))
            log.info("running", seconds=round(time.monotonic() - began, 2))
            try:
                await asyncio.Event().wait()
            finally:
                await outbox.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FINISH_S):
                        await exits.finish()
                        await turns.settled()


async def _resume(store: Store, turns: Turns, outbox: Outbox, clock: Clock) -> None:
    """Take up what a stop left behind: first every stored update, so that an exit among them
    counts, then what was to be sent."""
    turns.put(Incoming(update) for update in await store.unhandled())
    await turns.settled()
    async with store.work(clock.now()) as work:
        outbox.take_up(await work.waiting())


async def _learn_names(telegram: Telegram, house: House) -> None:
    """Ask what workers are called who have not done anything yet: alerts mention them."""
    for area in house.book.area:
        for desk in area.desk:
            for worker in (w for w in desk.staff if w not in house.names):
                who = {"chat_id": desk.chat_id, "user_id": worker}
                with contextlib.suppress(TelegramError):  # not in the group, or no group yet
                    member = await telegram.call("getChatMember", who)
                    house.names.setdefault(worker, str(member["user"]["first_name"]))


async def _remember(
    store: Store, house: House, exits: Exits, clock: Clock, desks: frozenset[int]
) -> None:
    """Hold in memory what quick exit and the desks need."""
    async with store.work(clock.now()) as work:
        rows = await work.execute(select(t.message))
        people: set[str] = set()
        for row in rows.all():
            if abs(row.sent_at) > clock.now() - DELETABLE_S:
                exits.remember(row.person, row.message_id, abs(row.sent_at))
                people.add(row.person)
        ids = sorted(people)
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            await work.prefetch(part)
            for person_id in part:
                known = await work.person(person_id)
                if known is not None:
                    exits.speaks(person_id, known.person.language)
        for row in (await work.execute(select(t.duty))).all():
            house.names[row.worker] = row.name
            if row.on_duty:
                house.signed_on.setdefault(row.chat_id, set()).add(row.worker)
        down = await work.execute(select(t.alarm).where(t.alarm.c.kind == "desk"))
        for chat_id in [int(row.subject) for row in down.all()]:
            if chat_id in desks:
                house.down.add(chat_id)
            else:  # the settings no longer name it
                await work.all_clear("desk", str(chat_id))


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    master = read_master_key(settings.key_file)
    store = await Store.open(settings.database, master)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _clock(settings: Settings) -> AsyncIterator[Clock]:
    if settings.clock_url is None:
        yield SystemClock()
        return
    clock = MovedClock(settings.clock_url)
    try:
        await clock.start()
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        raise SetupError(f"No clock answers at IGOR_CLOCK_URL ({settings.clock_url}).") from None
    watching = asyncio.create_task(clock.watch())
    try:
        yield clock
    finally:
        watching.cancel()
        await clock.close()


@asynccontextmanager
async def _telegram(settings: Settings) -> AsyncIterator[Telegram]:
    telegram = Telegram(settings.token, settings.api_url)
    try:
        try:
            await telegram.open()
            await telegram.call("deleteWebhook")
        except InvalidToken:
            raise SetupError(
                "Telegram refuses the token: check IGOR_TOKEN, or ask @BotFather for a new one."
            ) from None
        except TelegramError:
            raise SetupError(
                f"Telegram cannot be reached at {settings.api_url}: check the network and "
                "IGOR_API_URL, then start again."
            ) from None
        yield telegram
    finally:
        await telegram.close()
