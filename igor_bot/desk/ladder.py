"""Whom to alert next, and when, until somebody claims. Pure.

A rung is (seconds from the start, whom): on_duty, backup or tell_person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from igor_bot.desk import duty

REMIND_AGAIN_S = 900
"""Seconds between reminders when the ladder is at its end: an unclaimed case never rots."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: `after_s` seconds from the start of the ladder, alert `whom`."""

    after_s: int
    whom: str


@dataclass(frozen=True, slots=True)
class Now:
    """What to do at a step: whom to alert, whether to tell the person, and what comes next."""

    alert: tuple[int, ...]
    tell_person: bool
    next_step: int
    next_at: float


def climb(
    rungs: Sequence[Rung],
    started_at: float,
    step: int,
    now: float,
    staff: Collection[int],
    signed_on: Collection[int],
) -> Now:
    """Return what is due at `step` of the ladder that started at `started_at` (unix seconds).

    A rung that has nobody to alert passes to the next one at once. Beyond the last rung all
    staff are reminded every `REMIND_AGAIN_S`.
    """
    alert: tuple[int, ...] = ()
    tell = False
    while step < len(rungs):
        rung = rungs[step]
        due_at = started_at + rung.after_s
        if due_at > now and (alert or tell or not _skips(rungs, step, staff, signed_on)):
            return Now(alert, tell, step, due_at)
        if rung.whom == "tell_person":
            if due_at > now:
                return Now(alert, tell, step, due_at)
            tell = True
        else:
            alert = tuple(dict.fromkeys((*alert, *_whom(rung.whom, staff, signed_on))))
        step += 1
    if not alert and not tell:
        alert = tuple(staff)
    return Now(alert, tell, step, now + REMIND_AGAIN_S)


def _whom(whom: str, staff: Collection[int], signed_on: Collection[int]) -> tuple[int, ...]:
    return duty.on_duty(staff, signed_on) if whom == "on_duty" else duty.backup(staff, signed_on)


def _skips(
    rungs: Sequence[Rung], step: int, staff: Collection[int], signed_on: Collection[int]
) -> bool:
    """Whether everything before `step` had nobody to alert, so that this rung comes at once."""
    return rungs[step].whom != "tell_person" and not any(
        r.whom == "tell_person" or _whom(r.whom, staff, signed_on) for r in rungs[:step]
    )
