"""The sandbox's clock: real time plus an offset that tests and the page may move."""

import asyncio
import time
from collections.abc import Callable


class SandboxClock:
    """Flows with real time; `move` and `set` shift it and wake everybody who waits on it."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._waiters: set[asyncio.Future[None]] = set()
        self._on_move: list[Callable[[], None]] = []

    def now(self) -> float:
        """Unix seconds on this clock."""
        return time.time() + self._offset

    def move(self, seconds: float) -> None:
        """Shift the clock by `seconds`, also backwards."""
        self._offset += seconds
        self.wake()

    def set(self, unix: float) -> None:
        """Make the clock show `unix` now; it flows on from there."""
        self._offset = unix - time.time()
        self.wake()

    @property
    def waited_for(self) -> bool:
        """Whether anybody waits on this clock now."""
        return bool(self._waiters)

    def on_move(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each shift."""
        self._on_move.append(callback)

    def wake(self) -> None:
        """Let all `wait_until` return now, as a shift does."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        for callback in self._on_move:
            callback()

    async def wait_until(self, unix: float) -> None:
        """Return when the clock shows `unix`, or was shifted."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter, max(0.0, unix - self.now()))
        except TimeoutError:
            return
        finally:
            self._waiters.discard(waiter)
