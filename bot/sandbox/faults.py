"""Faults to order: what goes wrong on the wire, before or after a call took effect."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .errors import SandboxError

BEFORE = frozenset({"timeout_before", "status_500", "status_502", "too_many", "cut_before"})
AFTER = frozenset({"timeout_after", "broken_json", "cut_after"})
UPDATES = frozenset({"duplicate_updates", "late_updates"})
KINDS = BEFORE | AFTER | UPDATES | {"down", "slow", "unparsable_update"}


@dataclass(slots=True)
class Fault:
    """One fault; it hits `times` matching calls (or updates, for `late_updates`).

    `method` "*" is any method but getUpdates. `seconds` is how long to be slow or late, the
    `retry_after` of `too_many`, or when a time-out gives up. `after` lets `status_500`,
    `status_502` and `too_many` hit after the effect (or `broken_json` before it).
    """

    kind: str
    method: str = "*"
    times: int = 1
    chat_id: int | None = None
    seconds: float | None = None
    after: bool | None = None

    @property
    def comes_after(self) -> bool:
        """Whether the call takes effect all the same."""
        return self.kind in AFTER if self.after is None else self.after

    def hits(self, method: str, chat_id: str) -> bool:
        """Whether a call of `method` about `chat_id` is meant."""
        if self.kind in UPDATES:
            return False
        if self.chat_id is not None and str(self.chat_id) != chat_id:
            return False
        if self.method == "*":
            return method != "getUpdates"
        return self.method.lower() == method.lower()


class Faults:
    """The faults in force, in the order they were added."""

    def __init__(self, changed: Callable[[], None], spoil: Callable[[], None]) -> None:
        self._faults: list[Fault] = []
        self._changed = changed
        self._spoil = spoil

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __bool__(self) -> bool:
        return bool(self._faults)

    @property
    def down(self) -> bool:
        """Whether every call is refused."""
        return any(fault.kind == "down" for fault in self._faults)

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it; raises SandboxError for an unknown kind."""
        if fault.kind not in KINDS:
            raise SandboxError(f"no fault of kind {fault.kind!r}; there are {sorted(KINDS)}")
        if fault.kind == "unparsable_update":
            for _ in range(fault.times):
                self._spoil()
            return fault
        self._faults.append(fault)
        self._changed()
        return fault

    def remove(self, fault: Fault) -> None:
        """End a fault, also one that has ended already."""
        if fault in self._faults:
            self._faults.remove(fault)
            self._changed()

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()
        self._changed()

    def strike(self, method: str, chat_id: str) -> Fault | None:
        """The fault that hits this call, used up by one; None when the call goes well."""
        for fault in self._faults:
            if fault.kind != "down" and fault.hits(method, chat_id):
                return self._use(fault)
        return None

    def take(self, kind: str) -> Fault | None:
        """A fault of `kind`, used up by one; None when there is none."""
        for fault in self._faults:
            if fault.kind == kind:
                return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault:
        fault.times -= 1
        if fault.times <= 0:
            self._faults.remove(fault)
        return fault
