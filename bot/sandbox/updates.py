"""The bot's queue of updates: offsets, retention, long polls and the conflict of two pollers."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterable

from .clock import SandboxClock
from .errors import ApiError, bad_request
from .model import Json

RETENTION = 24 * 3600
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
Entry = tuple[int, float, bytes]  # update id, when it was queued, JSON


class UpdateQueue:
    """Updates that wait for the bot, oldest first."""

    def __init__(self, clock: SandboxClock, first_id: int = 500_000_001) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._next_id = first_id
        self._allowed: frozenset[str] | None = None
        self._poll: asyncio.Future[None] | None = None
        self.held = asyncio.Event()  # set while a poll is being held
        self._asked: tuple[int, float] | None = None
        self._late: deque[tuple[float, str, Json]] = deque()
        self.seen_ids: deque[int] = deque(maxlen=100_000)
        self.delay: Callable[[], float | None] = lambda: None
        self.repeating: Callable[[], bool] = lambda: False
        self.refusing: Callable[[], bool] = lambda: False
        clock.on_move(self.wake)

    def __len__(self) -> int:
        self._expire()
        return len(self._entries)

    @property
    def allowed(self) -> list[str] | None:
        """What the bot asked for by `allowed_updates`, or None while that is the default."""
        return None if self._allowed is None else sorted(self._allowed)

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remember `allowed_updates`; an empty list is the default again, None changes nothing."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def wants(self, kind: str) -> bool:
        """Whether an update of `kind` would be queued."""
        return kind not in NOT_BY_DEFAULT if self._allowed is None else kind in self._allowed

    def add(self, kind: str, payload: Json) -> None:
        """Queue an update of `kind`, if the bot asked for such, and wake the poller."""
        if not self.wants(kind):
            return
        delay = self.delay()
        if delay is not None:
            self._late.append((self._clock.now() + delay, kind, payload))
        else:
            self._queue(kind, payload)
        self.wake()

    def restart_ids(self, first_id: int) -> None:
        """Number on from `first_id`, as Telegram does after a week of silence."""
        self._entries.clear()
        self._next_id = first_id

    def drop(self) -> None:
        """Forget all waiting updates."""
        self._entries.clear()
        self._late.clear()

    def wake(self) -> None:
        """Have the waiting poll look again."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; a negative one keeps only that many from the end."""
        self._expire()
        if offset < 0:
            while len(self._entries) > -offset:
                self._entries.popleft()
        elif offset <= self._next_id:  # one beyond belongs to numbers before a restart
            while self._entries and self._entries[0][0] < offset:
                self._entries.popleft()

    async def get(self, offset: int, limit: int, seconds: float) -> list[bytes]:
        """Confirm `offset`, wait up to `seconds` for updates, answer at most `limit`.

        Raises ApiError 409 when another getUpdates takes over meanwhile.
        """
        self.confirm(offset)
        self._take_over()
        limit = self._brake(offset, limit)
        deadline = time.monotonic() + seconds
        while not self._entries:
            if not await self._wait(deadline):
                break
            self._expire()
        self._asked = (offset, time.monotonic()) if self._entries else None
        batch = [self._entries[index] for index in range(min(limit, len(self._entries)))]
        if batch and self.repeating():
            batch += batch
        self.seen_ids.extend(entry[0] for entry in batch)
        return [entry[2] for entry in batch]

    def _take_over(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, CONFLICT))
        self._poll = None

    def _brake(self, offset: int, limit: int) -> int:
        again = self._asked is not None and self._asked[0] == offset
        if again and self._asked is not None and time.monotonic() - self._asked[1] < 0.5:
            return 1
        return limit

    async def _wait(self, deadline: float) -> bool:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return False
        if self._late:
            remaining = min(remaining, max(0.01, self._late[0][0] - self._clock.now()))
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        self.held.set()
        try:
            await asyncio.wait_for(poll, remaining)
        except TimeoutError:
            return bool(self._late) and time.monotonic() < deadline
        finally:
            if self._poll is poll:
                self._poll = None
                self.held.clear()
        return not self.refusing()

    def _queue(self, kind: str, payload: Json) -> None:
        update = {"update_id": self._next_id, kind: payload}
        raw = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
        self._entries.append((self._next_id, self._clock.now(), raw))
        self._next_id += 1

    def _expire(self) -> None:
        now = self._clock.now()
        while self._late and self._late[0][0] <= now:
            _, kind, payload = self._late.popleft()
            self._queue(kind, payload)
        while self._entries and self._entries[0][1] < now - RETENTION:
            self._entries.popleft()


def check_kinds(kinds: object) -> list[str] | None:
    """`allowed_updates` as a list of names; raises ApiError when it is something else."""
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise bad_request("can't parse allowed updates JSON object")
    return [str(kind) for kind in kinds]
