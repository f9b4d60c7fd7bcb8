"""Updates in: stored first, acknowledged after.

python-telegram-bot's own updater acknowledges what is only in memory; here the offset moves once
the updates are committed, and quick exits are acted on before anything else.
"""

from __future__ import annotations

import asyncio
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from bot.clock import Clock
from bot.exits import Exits
from bot.jobs import Incoming
from bot.log import fault
from bot.telegram import Telegram, retry_seconds
from bot.turns import Turns
from igor_bot.store.store import Store, StoreError

HELD_S = 30
"""Seconds a poll is held (Telegram waits at most 50)."""
KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
STORE_AGAIN_S = 0.6
"""Real seconds: Telegram answers the same offset within half a second with one update only, and an
exit may stand behind others."""


class Inbox:
    """The poller."""

    def __init__(
        self, telegram: Telegram, store: Store, exits: Exits, turns: Turns, clock: Clock
    ) -> None:
        self._telegram = telegram
        self._store = store
        self._exits = exits
        self._turns = turns
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until cancelled.

        The offset is sent once, to confirm a batch, and then left out: after a quiet week
        Telegram goes on with a random update_id, and a remembered one could hide new updates.
        """
        offset: int | None = None
        while True:
            updates = await self._poll(offset)
            if not updates:
                offset = None
                continue
            self._exits.notice(updates)
            if await self._stored(updates):
                offset = max(u["update_id"] for u in updates) + 1
            else:  # not acknowledged, so Telegram keeps them; go on reading exits meanwhile
                offset = None
                await asyncio.sleep(STORE_AGAIN_S)

    async def _poll(self, offset: int | None) -> list[dict[str, Any]]:
        params: dict[str, Any] = {"timeout": HELD_S, "allowed_updates": KINDS}
        if offset is not None:
            params["offset"] = offset
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TelegramError),
            wait=wait_exponential_jitter(multiplier=0.2, max=15, jitter=0.3),
            before_sleep=_tell,
        ):
            with attempt:
                result = await self._call(params)
                known = (u for u in result if isinstance(u, dict))
                return [u for u in known if isinstance(u.get("update_id"), int)]
        return []

    async def _call(self, params: dict[str, Any]) -> list[Any]:
        try:
            result = await self._telegram.call("getUpdates", params, read_timeout=HELD_S + 10)
        except RetryAfter as problem:
            await asyncio.sleep(retry_seconds(problem))
            raise
        return list(result)

    async def _stored(self, updates: list[dict[str, Any]]) -> bool:
        try:
            new = set(await self._store.receive(updates, self._clock.now()))
        except StoreError as problem:
            fault("inbox_store_failed", problem, count=len(updates))
            return False
        fresh = [u for u in updates if u["update_id"] in new]
        for update in fresh:
            if query := update.get("callback_query"):
                self._answer(query)
        for update in updates:
            if update["update_id"] not in new:  # come twice: its turn has been or will be taken
                self._turns.written_down(update["update_id"])
        self._turns.put(Incoming(u) for u in fresh)
        return True

    def _answer(self, query: dict[str, Any]) -> None:
        """A person's press is answered at once: it fails after some 15 seconds. A worker's is
        answered by its deed."""
        message = query.get("message") or {}
        if (message.get("chat") or {}).get("type") == "private":
            task = asyncio.create_task(self._answered(str(query.get("id"))))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answered(self, query_id: str) -> None:
        try:
            await self._telegram.call("answerCallbackQuery", {"callback_query_id": query_id})
        except TelegramError as problem:
            fault("answer_failed", problem)


def _tell(state: Any) -> None:
    problem = state.outcome.exception()
    if isinstance(problem, Conflict):
        fault("another_program_polls_with_this_token", problem)
    elif isinstance(problem, InvalidToken):
        fault("token_refused", problem)
    elif state.attempt_number in (1, 5) or state.attempt_number % 20 == 0:
        fault("poll_failed", problem, attempt=state.attempt_number)
