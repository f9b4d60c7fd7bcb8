"""Quick exit: takes no lock, waits for no queue, and needs no store.

The message ids of the last 48 hours are held in memory; an exit is acted on as soon as its update
is read, before it is stored. A generation number a chat drops what a running turn still sends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC
from typing import Any

from telegram.error import Forbidden, RetryAfter, TelegramError

from bot import render
from bot.log import fault
from bot.telegram import Telegram, retry_seconds
from igor_bot import discretion, replies
from igor_bot.store.crypto import Vault

DELETABLE_S = discretion.DELETABLE.total_seconds()
BATCH = 100
"""Ids a call of deleteMessages takes (Bot API)."""
AGAIN_S = 1.0
"""Real seconds before the deletion is repeated once: deleteMessages skips what it cannot find."""
TRY_AGAIN_S = (2.0, 4.0, 8.0, 16.0)
"""Real seconds before what failed twice is tried again; after that it is vanishing's turn."""
COVER_AFTER_S = 1.0
"""Real seconds that the cover waits for the deletion at most: it comes after it."""
REMEMBERED_EXITS = 10_000
COVER_TRIES = 5


class Exits:
    """The chats' message ids, and the way out."""

    def __init__(
        self, telegram: Telegram, vault: Vault, now: Callable[[], float], language: str
    ) -> None:
        self._telegram = telegram
        self._vault = vault
        self._now = now
        self._default_language = language
        self._ids: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._languages: dict[str, str] = {}
        self._generations: defaultdict[str, int] = defaultdict(int)
        self._handled: dict[int, None] = {}
        self._unsettled: dict[int, str] = {}
        self._covers: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_exit: Callable[[str], None] = lambda person_id: None
        """Called at once with the person's id: drops what waits to be sent."""
        self.on_sent: Callable[[str, int], None] = lambda person_id, message_id: None
        """Called with the id of the cover message, to be stored."""
        self.on_deleted: Callable[[str, list[int]], None] = lambda person_id, ids: None

    # What is known ------------------------------------------------------------------------------

    def remember(self, person_id: str, message_id: int, at: float) -> None:
        """Hold a message id of a person's chat."""
        self._ids[person_id][message_id] = at

    def speaks(self, person_id: str, language: str) -> None:
        """Hold a person's language, for the cover."""
        self._languages[person_id] = language

    def forget_ids(self, person_id: str, ids: Iterable[int]) -> None:
        """Drop ids of messages that are gone."""
        known = self._ids.get(person_id, {})
        for message_id in ids:
            known.pop(message_id, None)
        if not known:
            self._ids.pop(person_id, None)

    def generation(self, person_id: str) -> int:
        """Return how often this chat was left: what was decided in an older one is not sent."""
        return self._generations[person_id]

    # The way out --------------------------------------------------------------------------------

    def notice(self, updates: Iterable[dict[str, Any]]) -> None:
        """Act on every exit among raw updates, each update once; what else she wrote is known
        from now on, whether it can be stored or not."""
        for update in updates:
            found = _noticed(update)
            if found is None or update["update_id"] in self._handled:
                continue
            chat_id, message_id, at, leaves = found
            person_id = self._vault.index(chat_id)
            self.remember(person_id, message_id, at)
            if leaves:
                self._handled[update["update_id"]] = None
                self._unsettled[update["update_id"]] = person_id
                if len(self._handled) > REMEMBERED_EXITS:
                    del self._handled[next(iter(self._handled))]
                self.leave(chat_id, person_id)

    def was_noticed(self, update_id: int) -> bool:
        """Whether this exit has been acted on already."""
        return update_id in self._handled

    def settle(self, update_id: int) -> str | None:
        """An exit that was acted on is written down: return whose, once."""
        return self._unsettled.pop(update_id, None)

    def cover_of(self, person_id: str) -> int:
        """Return the message id of the newest cover, which stays; 0 where there is none."""
        return self._covers.get(person_id, 0)

    def leave(self, chat_id: int, person_id: str, cover: bool = True) -> None:
        """Delete everything that is known and can be deleted; with `cover` leave the cover."""
        if cover:
            self._generations[person_id] += 1
            self.on_exit(person_id)
        self._start(self._vanish(chat_id, person_id, cover))

    async def vanish(self, chat_id: int, person_id: str, ids: list[int]) -> None:
        """Delete messages whose time has come."""
        await self._delete(chat_id, person_id, ids, again=False)

    def delete_late(self, chat_id: int, person_id: str, message_id: int) -> None:
        """Delete a message that arrived while she left."""
        self.remember(person_id, message_id, self._now())
        self._start(self._delete(chat_id, person_id, [message_id], again=True))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _vanish(self, chat_id: int, person_id: str, cover: bool) -> None:
        youngest = self._now() - DELETABLE_S
        ids = [m for m, at in self._ids.get(person_id, {}).items() if at > youngest]
        generation = self._generations[person_id]
        deleted = asyncio.Event()
        deleting = self._start(self._delete(chat_id, person_id, ids, True, deleted))
        if cover:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(deleted.wait(), COVER_AFTER_S)
            await self._cover(chat_id, person_id, generation)
        await deleting

    async def _delete(
        self,
        chat_id: int,
        person_id: str,
        ids: list[int],
        again: bool,
        deleted: asyncio.Event | None = None,
    ) -> None:
        """Delete in batches, and with `again` once more: a first call may overtake what it should
        delete. What fails is tried again. `deleted` is set after the first pass."""
        newest_first = sorted(ids, reverse=True)
        batches = [newest_first[i : i + BATCH] for i in range(0, len(newest_first), BATCH)]
        failed = await self._pass(chat_id, batches)
        if deleted is not None:
            deleted.set()
        if again:
            await asyncio.sleep(AGAIN_S)
            twice = await self._pass(chat_id, batches)
            failed = {n: wait for n, wait in twice.items() if n in failed}
        for pause in TRY_AGAIN_S if again else ():
            if not failed:
                break
            await asyncio.sleep(max(pause, *failed.values()))
            once_more = await self._pass(chat_id, [batches[n] for n in failed])
            failed = {n: once_more[k] for k, n in enumerate(failed) if k in once_more}
        for number, batch in enumerate(batches):
            if number not in failed:
                self.forget_ids(person_id, batch)
                self.on_deleted(person_id, batch)

    async def _pass(self, chat_id: int, batches: list[list[int]]) -> dict[int, float]:
        """Delete each batch; returns the numbers of those that failed, and seconds to wait."""
        waits = await asyncio.gather(*(self._call(chat_id, batch) for batch in batches))
        return {n: wait for n, wait in enumerate(waits) if wait is not None}

    async def _call(self, chat_id: int, ids: list[int]) -> float | None:
        try:
            await self._telegram.call("deleteMessages", {"chat_id": chat_id, "message_ids": ids})
        except TelegramError as problem:
            fault("delete_failed", problem, count=len(ids))
            return retry_seconds(problem) if isinstance(problem, RetryAfter) else 0.0
        return None

    async def _cover(self, chat_id: int, person_id: str, generation: int) -> None:
        """Leave the cover; while Telegram refuses, again, unless she has left anew meanwhile."""
        language = self._languages.get(person_id, self._default_language)
        params = render.private(replies.cover(None), language, UTC)
        for _ in range(COVER_TRIES):
            if self._generations[person_id] != generation:
                return
            try:
                sent = await self._telegram.call("sendMessage", {"chat_id": chat_id, **params})
            except TelegramError as problem:
                fault("cover_failed", problem)
                if isinstance(problem, Forbidden):
                    return
                wait = retry_seconds(problem) if isinstance(problem, RetryAfter) else 0.5
                await asyncio.sleep(wait)
            else:
                message_id = int(sent["message_id"])
                self.remember(person_id, message_id, self._now())
                self._covers[person_id] = message_id
                self.on_sent(person_id, message_id)
                if self._generations[person_id] != generation:
                    self.delete_late(chat_id, person_id, message_id)
                return


def _noticed(update: dict[str, Any]) -> tuple[int, int, float, bool] | None:
    """Chat, message and its date of what comes from a private chat, and whether it is a quick
    exit; else None. Reads raw JSON and never fails: whatever else is in an update is for later."""
    try:
        query = update.get("callback_query")
        message = query["message"] if query else update.get("message")
        if message and message["chat"]["type"] == "private":
            if query:
                leaves = query.get("data") in discretion.EXIT_DATA
            else:
                leaves = discretion.is_quick_exit(message.get("text") or "")
            chat_id, message_id = int(message["chat"]["id"]), int(message["message_id"])
            return chat_id, message_id, float(message["date"]), leaves
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return None
