"""Telegram's limits: 20 messages a minute in a group, about one a second in a chat, 30 over all.

A group's budget is kept ahead of time, with a part that only alerts may use, because a refusal
there can block the desk for a minute. The other two limits are soft and are obeyed when Telegram
says so: waiting before being asked to would only make people wait.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

GROUP_BUDGET = 20
WINDOW_S = 60.0
RESERVED = 6
"""Messages of a group's minute that only alerts may use: two new cases' topics and cards."""
ALERT = 0
"""The priority of alerts: they are tried even when the budget seems used up."""


@dataclass
class Lane:
    """What was sent to one chat, and until when Telegram asked us to wait."""

    group: bool
    sent: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0
    lenient: bool = False
    """More than the budget went through: this server does not keep the limit."""
    down: bool = False
    """The chat cannot be reached."""

    def ready_at(self, priority: int, now: float) -> float:
        """Return when something of `priority` may be sent (unix seconds)."""
        at = max(now, self.blocked_until)
        if not self.group or priority == ALERT or self.lenient:
            return at
        self._forget(now)
        allowed = GROUP_BUDGET - RESERVED
        if len(self.sent) < allowed:
            return at
        return max(at, self.sent[-allowed] + WINDOW_S)

    def used(self, now: float) -> None:
        """Count a message that went through."""
        if not self.group:
            return
        self._forget(now)
        self.sent.append(now)
        self.lenient = self.lenient or len(self.sent) > GROUP_BUDGET + 2

    def refused(self, retry_after: float, now: float) -> None:
        """Obey a refusal."""
        self.blocked_until = now + retry_after
        self.lenient = False

    def _forget(self, now: float) -> None:
        while self.sent and self.sent[0] <= now - WINDOW_S:
            self.sent.popleft()
