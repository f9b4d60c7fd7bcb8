"""Whom to alert, and when: minutes on a ladder, people on duty and not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igor_bot.desk.ladder import REMIND_AGAIN_S, Now, Rung, climb

STAFF = (1, 2, 3)
ON, BACKUP, TELL = "on_duty", "backup", "tell_person"
USUAL = (Rung(0, ON), Rung(120, BACKUP), Rung(300, TELL))


@pytest.mark.parametrize(
    ("rungs", "step", "now", "signed_on", "expected"),
    [
        pytest.param(USUAL, 0, 0, {1}, Now((1,), False, 1, 120), id="on duty first"),
        pytest.param(USUAL, 1, 120, {1}, Now((2, 3), False, 2, 300), id="then the others"),
        pytest.param(USUAL, 2, 300, {1}, Now((), True, 3, 300 + REMIND_AGAIN_S), id="she is told"),
        pytest.param(USUAL, 3, 1200, {1}, Now(STAFF, False, 3, 1200 + REMIND_AGAIN_S), id="again"),
        pytest.param(USUAL, 3, 2100, {1}, Now(STAFF, False, 3, 2100 + REMIND_AGAIN_S), id="for ever"),
        pytest.param(USUAL, 0, 0, set(), Now(STAFF, False, 2, 300), id="nobody on duty: at once"),
        pytest.param(USUAL, 0, 0, {1, 2, 3}, Now(STAFF, False, 1, 120), id="all on duty"),
        pytest.param(USUAL, 1, 120, {1, 2, 3}, Now((), False, 2, 300), id="no backup left"),
        pytest.param(USUAL, 0, 0, {9}, Now(STAFF, False, 2, 300), id="on duty elsewhere"),
        pytest.param(USUAL, 0, 500, {1}, Now((1, 2, 3), True, 3, 500 + REMIND_AGAIN_S), id="late"),
        pytest.param(USUAL, 0, 150, {1}, Now((1, 2, 3), False, 2, 300), id="some of it late"),
        pytest.param(USUAL, 1, 60, {1}, Now((), False, 1, 120), id="too early: nothing"),
        pytest.param(USUAL, 2, 299, set(), Now((), False, 2, 300), id="never told early"),
        pytest.param(
            (Rung(0, ON), Rung(120, BACKUP), Rung(600, ON)),
            1,
            120,
            {1, 2, 3},
            Now(STAFF, False, 3, 120 + REMIND_AGAIN_S),
            id="an empty rung passes in the middle too",
        ),
        pytest.param(
            (Rung(0, ON), Rung(300, TELL)),
            0,
            0,
            set(),
            Now(STAFF, False, 1, 300),
            id="nobody on duty and no backup: all at once, not after she was told",
        ),
        pytest.param(
            (Rung(0, ON), Rung(300, TELL), Rung(600, BACKUP)),
            1,
            300,
            {1},
            Now((), True, 2, 600),
            id="backup after she was told",
        ),
        pytest.param((Rung(0, TELL), Rung(0, ON)), 0, 0, set(), Now(STAFF, True, 2, REMIND_AGAIN_S), id="told first"),
        pytest.param((), 0, 0, set(), Now(STAFF, False, 0, REMIND_AGAIN_S), id="no ladder"),
        pytest.param((Rung(60, ON),), 0, 0, {1}, Now((), False, 0, 60), id="a wait first"),
    ],
)  # fmt: skip
def test_climb(
    rungs: tuple[Rung, ...], step: int, now: float, signed_on: set[int], expected: Now
) -> None:
    started = 1_000_000.0
    got = climb(rungs, started, step, started + now, STAFF, signed_on)
    assert got == Now(
        expected.alert, expected.tell_person, expected.next_step, started + expected.next_at
    )


ladders = st.lists(
    st.builds(Rung, st.integers(0, 1000), st.sampled_from([ON, BACKUP, TELL])), max_size=5
).map(lambda rungs: sorted(rungs, key=lambda r: r.after_s))


@given(ladders, st.frozensets(st.sampled_from(STAFF)), st.integers(0, 400))
def test_followed_to_its_end(rungs: list[Rung], signed_on: frozenset[int], late: int) -> None:
    """Each step leads on; she is told as often as the ladder says and never before it is so;
    somebody is always alerted; and it never ends."""
    now, step, told, alerted = 0.0, 0, 0, False
    for _ in range(len(rungs) + 3):
        before = step
        got = climb(rungs, 0.0, step, now, STAFF, signed_on)
        assert got.next_at > now
        assert got.next_step >= step
        assert set(got.alert) <= set(STAFF)
        told += got.tell_person
        if got.tell_person:
            due = [r.after_s for r in rungs[before : got.next_step] if r.whom == TELL]
            assert due
            assert min(due) <= now
        alerted = alerted or bool(got.alert)
        step, now = got.next_step, got.next_at + late
    assert step == len(rungs)
    assert bool(told) == any(r.whom == TELL for r in rungs)
    assert alerted


@given(ladders.filter(bool), st.frozensets(st.sampled_from(STAFF)))
def test_nobody_on_duty_never_delays_the_first_alert(
    rungs: list[Rung], signed_on: frozenset[int]
) -> None:
    """The first rung of people comes at its time with somebody in it."""
    people = [r for r in rungs if r.whom != TELL]
    if not people:
        return
    now, step = 0.0, 0
    while True:
        got = climb(rungs, 0.0, step, now, STAFF, signed_on)
        if got.alert:
            assert now <= people[0].after_s
            return
        step, now = got.next_step, got.next_at
