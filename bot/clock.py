"""The time, and what is due. In tests IGOR_CLOCK_URL moves it; network time-outs do not follow."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

import httpx

ASK_S = 0.5
"""Seconds that a question to the moved clock waits for a move."""
AGAIN_S = 0.1
"""Seconds until it is asked again after a failure."""
NOISE_S = 0.2
"""A difference as small as this is the way of the answer, not a move."""


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> float:
        """Return the time in unix seconds."""

    async def wait_until(self, at: float) -> None:
        """Return at `at` (unix seconds), or earlier when the clock was moved."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return the time in unix seconds."""
        return time.time()

    async def wait_until(self, at: float) -> None:
        """Return at `at`; at most a minute later, so that a corrected clock is noticed."""
        await asyncio.sleep(min(max(at - time.time(), 0), 60))


class MovedClock:
    """A clock that tests move: a watcher keeps the difference to the machine's clock."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._offset = 0.0
        self._moved = asyncio.Event()
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(5, read=ASK_S + 0.5))

    async def start(self) -> None:
        """Ask the time once. Raises httpx.HTTPError when nobody answers."""
        await self._ask(None)

    async def watch(self) -> None:
        """Follow the clock until cancelled. A move between two questions is told to nobody, so
        each waits only briefly."""
        sure = True
        while True:
            try:
                await self._ask(self.now() + ASK_S if sure else None)
                sure = True
            except (httpx.HTTPError, ValueError, KeyError, TypeError):
                sure = False
                await asyncio.sleep(AGAIN_S)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def now(self) -> float:
        """Return the time in unix seconds."""
        return time.time() + self._offset

    async def wait_until(self, at: float) -> None:
        """Return at `at`, or when the clock was moved."""
        self._moved.clear()
        try:
            await asyncio.wait_for(self._moved.wait(), max(at - self.now(), 0))
        except TimeoutError:
            return

    async def _ask(self, until: float | None) -> None:
        params = {} if until is None else {"until": until}
        answer = await self._client.get(self._url, params=params)
        offset = float(answer.json()["now"]) - time.time()
        if abs(offset - self._offset) > NOISE_S:
            self._offset = offset
            self._moved.set()
