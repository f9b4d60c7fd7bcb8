"""The moment at the desks: clock times on ordinary nights and on those with a change of time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igor_bot.desk.shift import ORGANISATIONS, organisation_name
from tests.igor_bot.moments import BOOK, LANGUAGES, ZONE, area, shift, shown


def at(wall: str, fold: int = 0) -> float:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("now", "clock_time", "then"),
    [
        pytest.param(at("2026-11-20T02:10"), "18:30", at("2026-11-20T18:30"), id="today"),
        pytest.param(at("2026-11-20T18:31"), "18:30", at("2026-11-21T18:30"), id="tomorrow"),
        pytest.param(at("2026-11-20T18:30"), "18:30", at("2026-11-21T18:30"), id="this minute"),
        pytest.param(at("2026-12-31T23:50"), "00:10", at("2027-01-01T00:10"), id="next year"),
        # 29 March 2026: 02:00 becomes 03:00
        pytest.param(at("2026-03-28T23:00"), "07:00", at("2026-03-29T07:00"), id="spring, morning"),
        pytest.param(at("2026-03-28T23:00"), "02:30", at("2026-03-29T03:30"), id="spring, no such time"),
        pytest.param(at("2026-03-29T01:50"), "03:10", at("2026-03-29T03:10"), id="spring, soon"),
        pytest.param(at("2026-03-29T03:10"), "02:30", at("2026-03-30T02:30"), id="spring, gone by"),
        # 25 October 2026: 03:00 becomes 02:00
        pytest.param(at("2026-10-24T23:00"), "07:00", at("2026-10-25T07:00"), id="autumn, morning"),
        pytest.param(at("2026-10-25T01:00"), "02:30", at("2026-10-25T02:30"), id="autumn, first"),
        pytest.param(at("2026-10-25T02:40"), "02:30", at("2026-10-25T02:30", 1), id="autumn, again"),
        pytest.param(at("2026-10-25T02:10", 1), "02:30", at("2026-10-25T02:30", 1), id="second hour"),
        pytest.param(at("2026-10-25T02:40", 1), "02:30", at("2026-10-26T02:30"), id="gone by twice"),
        pytest.param(at("2026-10-25T02:40"), "02:50", at("2026-10-25T02:50"), id="in ten minutes"),
    ],
)  # fmt: skip
def test_next_time(now: float, clock_time: str, then: float) -> None:
    assert shift(now).next_time(clock_time) == then


@given(
    st.floats(0, 730).map(lambda days: at("2026-01-01") + days * 86_400),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_the_next_time_is_what_the_clocks_show_within_a_day(
    now: float, hour: int, minute: int
) -> None:
    then = shift(now).next_time(f"{hour:02}:{minute:02}")
    assert now < then <= now + timedelta(hours=26).total_seconds()
    there = datetime.fromtimestamp(then, ZONE)
    missing = (there.month, there.hour, hour) == (3, 3, 2)
    assert missing or (there.hour, there.minute) == (hour, minute)


def test_only_the_desk_where_cases_open_tells_the_person() -> None:
    here = shift()
    started = here.now - 10_000
    assert here.climb("social", started, 0).tell_person
    assert not here.climb("police", started, 0).tell_person
    alone = shift(where=area(desk=[{"organisation": "police", "chat_id": -1, "language": "en", "staff": [1]}]))  # fmt: skip
    assert alone.climb("police", started, 0).tell_person


def test_a_desk_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        shift().desk("press")
    assert shift().desk("police").staff == (5003,)


def test_organisations_have_names() -> None:
    for organisation in ORGANISATIONS:
        for language in LANGUAGES:
            assert "Södermalm" in shown(
                [organisation_name(organisation, BOOK.area[0].name)], language
            )
