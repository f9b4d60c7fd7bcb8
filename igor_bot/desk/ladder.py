"""Whom to alert next, and when, until somebody claims. Pure.

A rung is (seconds from the start, whom): on_duty, backup or tell_person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from igor_bot.desk import duty

TELL_PERSON = "tell_person"
REMIND_AGAIN_S = 300
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

    A rung that has nobody to alert passes to the next one at once; where that one only tells the
    person and nobody was alerted yet, all staff are. Beyond the last rung all staff are reminded
    every `REMIND_AGAIN_S`.
    """
    alert: tuple[int, ...] = ()
    tell = at_once = False
    while step < len(rungs):
        rung = rungs[step]
        due_at = started_at + rung.after_s
        if due_at > now and (rung.whom == TELL_PERSON or not at_once):
            return Now(alert, tell, step, due_at)
        step += 1
        if rung.whom == TELL_PERSON:
            tell = True
            continue
        called = _whom(rung, staff, signed_on)
        if not any(_whom(r, staff, signed_on) for r in rungs[:step]) and _tells(rungs[step:]):
            called = tuple(staff)
        at_once = not called
        alert = tuple(dict.fromkeys((*alert, *called)))
    if not alert and not tell:
        alert = tuple(staff)
    return Now(alert, tell, step, now + REMIND_AGAIN_S)


def _whom(rung: Rung, staff: Collection[int], signed_on: Collection[int]) -> tuple[int, ...]:
    if rung.whom == TELL_PERSON:
        return ()
    return (duty.on_duty if rung.whom == "on_duty" else duty.backup)(staff, signed_on)


def _tells(rest: Sequence[Rung]) -> bool:
    """Whether the next rung, if any, alerts nobody but tells the person."""
    return not rest or rest[0].whom == TELL_PERSON
