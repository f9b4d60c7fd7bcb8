"""Who is on duty, who is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from igor_bot.desk.duty import backup, on_duty

STAFF = (5, 3, 9)


def test_in_the_order_of_the_settings() -> None:
    assert on_duty(STAFF, {9, 5}) == (5, 9)
    assert backup(STAFF, {9, 5}) == (3,)


def test_only_the_desks_own_staff_counts() -> None:
    assert on_duty(STAFF, {1, 2}) == ()
    assert backup(STAFF, {1, 2}) == STAFF


@given(st.lists(st.integers(0, 9), unique=True), st.frozensets(st.integers(0, 9)))
def test_everybody_is_one_or_the_other(staff: list[int], signed_on: frozenset[int]) -> None:
    both = (*on_duty(staff, signed_on), *backup(staff, signed_on))
    assert sorted(both) == sorted(staff)
