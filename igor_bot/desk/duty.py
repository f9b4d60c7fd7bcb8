"""Who is on duty. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def on_duty(staff: Iterable[int], signed_on: Collection[int]) -> tuple[int, ...]:
    """Return those of a desk's `staff` who have signed on, in the order of the settings."""
    return tuple(worker for worker in staff if worker in signed_on)


def backup(staff: Iterable[int], signed_on: Collection[int]) -> tuple[int, ...]:
    """Return those of a desk's `staff` who are not on duty."""
    return tuple(worker for worker in staff if worker not in signed_on)
