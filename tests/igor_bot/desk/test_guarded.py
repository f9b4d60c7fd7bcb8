"""What only the owner sees, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igor_bot import texts
from igor_bot.desk import cases, guarded
from igor_bot.desk.case import Case
from igor_bot.errors import Refused
from igor_bot.person import Said
from igor_bot.texts import Text
from tests.igor_bot.desk.test_cases import submitted
from tests.igor_bot.moments import LANGUAGES, NOW, ZONE, opened, ride, shift, shown

NUMBER = "+46701740605"


def callback(**answers: Any) -> Case:
    return opened("callback", number=NUMBER, **answers)


def seen(case: Case, piece: str, now: float = NOW, organisation: str = "social") -> str:
    return shown([guarded.reveal(case, organisation, piece, now)])


def test_number_and_words_for_a_call() -> None:
    said = seen(callback(when="now"), "number")
    assert "+46 70 174 06 05" in said
    assert "window" in said
    assert "river" in said
    assert seen(callback(when="now"), "") == said, "the first piece where none is named"


WANTED = NOW + 16 * 3600 + 20 * 60


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (NOW, False),
        (WANTED - 901, False),
        (WANTED - 900, True),
        (WANTED, True),
        (WANTED + 7200, True),
        (WANTED + 7201, False),
    ],
)
def test_the_window_for_a_call_at_a_time(at: float, open_: bool) -> None:
    case = callback(when="later", time="18:30")
    if open_:
        assert "+46 70" in seen(case, "number", at)
        return
    with pytest.raises(Refused) as refusal:
        guarded.reveal(case, "social", "number", at)
    assert isinstance(refusal.value.reason, Text)
    said = shown([refusal.value.reason])
    assert ("18:15" if at < WANTED else "18:30") in said
    assert "+46" not in said


def test_the_number_for_a_ride_is_there_all_the_time() -> None:
    case = ride(when="later", time="18:30")
    for at in (NOW, WANTED, WANTED + 9000):
        assert "+46 70" in seen(case, "number", at)


def test_who_has_left_is_not_called_unless_she_agreed() -> None:
    left = replace(callback(when="now"), left_at=NOW)
    with pytest.raises(Refused):
        guarded.reveal(left, "social", "number", NOW)
    agreed, _ = cases.add(left, "callback", "even_if_left", "yes", shift())
    assert "+46 70" in seen(agreed, "number")
    for answer in ("no", None, "maybe"):
        case, _ = cases.add(left, "callback", "even_if_left", answer, shift())
        with pytest.raises(Refused):
            guarded.reveal(case, "social", "number", NOW)


def test_her_word_about_calling_is_not_lost_by_a_later_request() -> None:
    case, _ = cases.add(callback(when="now"), "callback", "even_if_left", "yes", shift())
    case, _ = submitted("support", case, reach="call", number="+46701740606")
    left, _ = cases.left(case, False, shift())
    assert "+46 70 174 06 05" in seen(left, "number")


def test_a_meeting_place() -> None:
    assert seen(ride(pickup="By the church"), "pickup") == "By the church"
    assert "pickup" not in guarded.pieces(ride(pickup="settle"), "social")
    assert "number" not in guarded.pieces(ride(number="chat"), "social")


def test_for_the_police() -> None:
    case = opened("talk", danger="yes", danger_place="at home", danger_number=NUMBER)
    assert seen(case, "danger") == "at home\n+46 70 174 06 05"
    assert guarded.pieces(case, "social") == ("number", "danger")
    only_number = opened("talk", danger="yes", danger_place=None, danger_number=NUMBER)
    assert seen(only_number, "danger") == "+46 70 174 06 05"


def test_what_her_words_held_is_for_the_desk_she_said_it_to() -> None:
    case = replace(
        ride(police_may="ride", where_to="police"), names={"social": "K-1", "police": "K-2"}
    )
    case, _ = cases.pass_on(case, Said("text", 1, "0701740606"), shift())
    case = replace(case, talking_with="police")
    case, _ = cases.pass_on(case, Said("location", 2, "", "59.3, 18.0"), shift())
    assert seen(case, "more") == "+46 70 174 06 06"
    assert seen(case, "more", organisation="police") == "59.3, 18.0"


@pytest.mark.parametrize("piece", ["number", "pickup", "danger", "more", "nothing", "x" * 60])
def test_nothing_of_the_kind_was_given(piece: str) -> None:
    with pytest.raises(Refused):
        guarded.reveal(opened(words="hi"), "social", piece, NOW)


def test_what_is_over_is_shown_no_more() -> None:
    case = callback(when="now")
    case = case.with_request(replace(case.requests[0], state="done"))
    assert guarded.pieces(case, "social") == ()


@given(
    st.text(alphabet="aå😀\n", min_size=1, max_size=150),
    st.lists(st.text(min_size=1, max_size=300), max_size=8),
)
def test_a_pop_up_has_200_characters(place: str, told: list[str]) -> None:
    case = ride(pickup=place, danger="yes", danger_place=place, danger_number=NUMBER)
    for n, words in enumerate(told):
        case, _ = cases.pass_on(case, Said("venue", n, "", words), shift())
    for piece in guarded.pieces(case, "social"):
        for language in LANGUAGES:
            text = guarded.reveal(case, "social", piece, NOW)
            assert len(texts.render(text, language, ZONE)) <= 200


def test_the_words_for_a_call_fit_in_every_language() -> None:
    case = opened("callback", number="+4915123456789012"[:16], when="now")
    request = replace(case.requests[0], call_words=("reading lamp", "county border"))
    for language in LANGUAGES:
        text = guarded.reveal(case.with_request(request), "social", "number", NOW)
        assert len(texts.render(text, language, ZONE)) <= 200
