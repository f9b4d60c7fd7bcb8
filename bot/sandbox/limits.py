"""Telegram's flood limits, on the sandbox's clock."""

import math
from collections import deque
from dataclasses import dataclass, field

from .clock import SandboxClock
from .errors import too_many
from .model import Chat

GROUP_BUDGET, GROUP_WINDOW = 20, 60.0


@dataclass(slots=True)
class _Bucket:
    """Holds `size` tokens, gains `rate` a second."""

    rate: float
    size: float
    tokens: float
    at: float

    def lacks(self, now: float, count: int) -> float:
        """Seconds until `count` tokens are there; 0 when they are."""
        elapsed = max(0.0, now - self.at)
        self.tokens = min(self.size, self.tokens + elapsed * self.rate)
        self.at = now
        needed = min(float(count), self.size) - self.tokens
        return max(0.0, needed / self.rate)


@dataclass(slots=True)
class Limits:
    """1 a second in a private chat (bucket of 5), 20 a minute in a group, 30 a second in all."""

    clock: SandboxClock
    on: bool = True
    _all: _Bucket | None = None
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _groups: dict[int, deque[float]] = field(default_factory=dict)

    def take(self, chat: Chat, count: int = 1) -> None:
        """Count `count` messages to `chat`; raises ApiError 429 (and counts nothing) if too many."""
        if not self.on:
            return
        now = self.clock.now()
        if self._all is None:
            self._all = _Bucket(30.0, 30.0, 30.0, now)
        own = (
            self._wait_private(chat, now, count)
            if chat.private
            else self._wait_group(chat, now, count)
        )
        wait = max(own, self._all.lacks(now, count))
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        self._all.tokens -= count
        if chat.private:
            self._chats[chat.id].tokens -= count
        else:
            self._groups[chat.id].extend([now] * count)

    def _wait_private(self, chat: Chat, now: float, count: int) -> float:
        bucket = self._chats.get(chat.id)
        if bucket is None:
            bucket = self._chats[chat.id] = _Bucket(1.0, 5.0, 5.0, now)
        return bucket.lacks(now, count)

    def _wait_group(self, chat: Chat, now: float, count: int) -> float:
        sent = self._groups.setdefault(chat.id, deque())
        while sent and (sent[0] <= now - GROUP_WINDOW or sent[0] > now):
            sent.popleft()
        excess = len(sent) + min(count, GROUP_BUDGET) - GROUP_BUDGET
        return sent[excess - 1] + GROUP_WINDOW - now if excess > 0 else 0.0
