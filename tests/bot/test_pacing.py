"""Pacing: when a message may be sent, as a table."""

from __future__ import annotations

import pytest

from bot.pacing import ALERT, GROUP_BUDGET, RESERVED, WINDOW_S, Lane

NOW = 1000.0
CHAT = 1
OPEN = GROUP_BUDGET - RESERVED


def group(*sent: float) -> Lane:
    """A group's lane with messages at these times."""
    lane = Lane(group=True)
    for at in sent:
        lane.used(at)
    return lane


@pytest.mark.parametrize(
    ("sent", "priority", "ready"),
    [
        ((), CHAT, NOW),
        ((NOW,) * (OPEN - 1), CHAT, NOW),
        ((NOW,) * OPEN, CHAT, NOW + WINDOW_S),
        ((NOW,) * OPEN, ALERT, NOW),
        ((NOW,) * GROUP_BUDGET, ALERT, NOW),
        ((NOW,) * GROUP_BUDGET, CHAT, NOW + WINDOW_S),
        ((NOW,) * GROUP_BUDGET, 2, NOW + WINDOW_S),
        # the oldest of those that count must be a minute old
        (tuple(NOW - 50 + n for n in range(OPEN)), CHAT, NOW - 50 + WINDOW_S),
        (tuple(NOW - 50 + n for n in range(OPEN + 3)), CHAT, NOW - 47 + WINDOW_S),
        # what is over a minute old counts no more
        ((NOW - WINDOW_S,) * GROUP_BUDGET, CHAT, NOW),
        ((NOW - WINDOW_S + 1,) * OPEN, CHAT, NOW + 1),
        ((NOW - WINDOW_S,) * 5 + (NOW - 1,) * OPEN, CHAT, NOW - 1 + WINDOW_S),
    ],
)
def test_a_group(sent: tuple[float, ...], priority: int, ready: float) -> None:
    assert group(*sent).ready_at(priority, NOW) == ready


@pytest.mark.parametrize("priority", [ALERT, CHAT, 2])
def test_a_person_never_waits_ahead_of_time(priority: int) -> None:
    lane = Lane(group=False)
    for _ in range(100):
        lane.used(NOW)
    assert lane.ready_at(priority, NOW) == NOW
    assert not lane.sent, "and nothing is kept"


@pytest.mark.parametrize("in_group", [True, False])
@pytest.mark.parametrize("priority", [ALERT, CHAT])
def test_a_refusal_is_obeyed_by_all(in_group: bool, priority: int) -> None:
    lane = Lane(in_group)
    lane.refused(30, NOW)
    assert lane.ready_at(priority, NOW + 10) == NOW + 30
    assert lane.ready_at(priority, NOW + 30) == NOW + 30
    assert lane.ready_at(priority, NOW + 31) == NOW + 31


def test_a_refusal_and_the_budget_together() -> None:
    lane = group(*(NOW,) * OPEN)
    lane.refused(5, NOW)
    assert lane.ready_at(CHAT, NOW) == NOW + WINDOW_S
    lane.refused(90, NOW)
    assert lane.ready_at(CHAT, NOW) == NOW + 90


def test_a_server_without_limits_is_noticed_and_a_refusal_ends_it() -> None:
    lane = group(*(NOW,) * (GROUP_BUDGET + 2))
    assert not lane.lenient
    lane.used(NOW)
    assert lane.lenient
    assert lane.ready_at(CHAT, NOW) == NOW
    lane.refused(10, NOW)
    assert not lane.lenient
    assert lane.ready_at(CHAT, NOW) == NOW + WINDOW_S


def test_slowly_sent_messages_make_no_server_lenient() -> None:
    lane = Lane(group=True)
    for minute in range(100):
        for _ in range(GROUP_BUDGET):
            lane.used(NOW + minute * WINDOW_S)
    assert not lane.lenient
    assert len(lane.sent) == GROUP_BUDGET


def test_a_minute_of_chat_leaves_room_for_two_cases() -> None:
    """Chat is sent as soon as it may, for three minutes: alerts always find their part free."""
    lane, now = Lane(group=True), NOW
    while now < NOW + 180:
        at = lane.ready_at(CHAT, now)
        if at > now:
            assert GROUP_BUDGET - len(lane.sent) >= RESERVED
            now = at
        lane.used(now)
        assert sum(s > now - WINDOW_S for s in lane.sent) <= OPEN
