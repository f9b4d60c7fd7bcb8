"""Quick exit: takes no lock, waits for no queue, and needs no store.

The message ids of the last 48 hours are held in memory; an exit is acted on as soon as its update
is read, before it is stored. A generation number a chat drops what a running turn still sends.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
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
        """Act on every exit among raw updates, each update once."""
        for update in updates:
            chat_id, message_id = _exit_of(update)
            if chat_id is None or update.get("update_id") in self._handled:
                continue
            self._handled[int(update["update_id"])] = None
            if len(self._handled) > REMEMBERED_EXITS:
                del self._handled[next(iter(self._handled))]
            person_id = self._vault.index(chat_id)
            if message_id:
                self.remember(person_id, message_id, self._now())
            self.leave(chat_id, person_id)

    def was_noticed(self, update_id: int) -> bool:
        """Whether this exit has been acted on already."""
        return update_id in self._handled

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

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _vanish(self, chat_id: int, person_id: str, cover: bool) -> None:
        youngest = self._now() - DELETABLE_S
        ids = [m for m, at in self._ids.get(person_id, {}).items() if at > youngest]
        delete = self._delete(chat_id, person_id, ids, again=True)
        if cover:
            await asyncio.gather(delete, self._cover(chat_id, person_id))
        else:
            await delete

    async def _delete(self, chat_id: int, person_id: str, ids: list[int], again: bool) -> None:
        """Delete in batches, and once more: a first call may overtake what it should delete."""
        newest_first = sorted(ids, reverse=True)
        batches = [newest_first[i : i + BATCH] for i in range(0, len(newest_first), BATCH)]
        sure = await asyncio.gather(*(self._call(chat_id, batch) for batch in batches))
        if again:
            await asyncio.sleep(AGAIN_S)
            second = await asyncio.gather(*(self._call(chat_id, batch) for batch in batches))
            sure = [a or b for a, b in zip(sure, second, strict=True)]
        for batch, gone in zip(batches, sure, strict=True):
            if gone:
                self.forget_ids(person_id, batch)
                self.on_deleted(person_id, batch)

    async def _call(self, chat_id: int, ids: list[int]) -> bool:
        try:
            await self._telegram.call("deleteMessages", {"chat_id": chat_id, "message_ids": ids})
        except TelegramError as problem:
            fault("delete_failed", problem, count=len(ids))
            return False
        return True

    async def _cover(self, chat_id: int, person_id: str) -> None:
        """Leave the cover; while Telegram refuses, again, unless she has left anew meanwhile."""
        generation = self._generations[person_id]
        language = self._languages.get(person_id, self._default_language)
        params = render.private(replies.cover(None), language, UTC)
        for _ in range(COVER_TRIES):
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
                self.on_sent(person_id, message_id)
                return
            if self._generations[person_id] != generation:
                return


def _exit_of(update: dict[str, Any]) -> tuple[int | None, int | None]:
    """Chat and message of a quick exit in a private chat, or (None, None). Reads raw JSON and
    never fails: whatever else is in an update is for later."""
    try:
        if query := update.get("callback_query"):
            message = query["message"]
            if query.get("data") in discretion.EXIT_DATA and message["chat"]["type"] == "private":
                return int(message["chat"]["id"]), int(message["message_id"])
        elif message := update.get("message"):
            words = message.get("text") or ""
            if message["chat"]["type"] == "private" and discretion.is_quick_exit(words):
                return int(message["chat"]["id"]), int(message["message_id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return None, None
