"""What every turn has at hand."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.house import House, new_pseudonym
from igor_bot import texts
from igor_bot.person import Person
from tests.igor_bot.moments import BOOK, NOW, ZONE, opened

HER = Person(1, "sv", "open")


@pytest.fixture
def house() -> House:
    return House(BOOK)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("sv", "sv"),
        ("sv-SE", "sv"),
        ("SV", "sv"),
        ("en-GB", "en"),
        ("en_US", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
        ("zh-hans", "en"),
    ],
)
def test_a_language_is_guessed(house: House, code: str | None, language: str) -> None:
    assert house.language_of(code) == language


def test_the_first_language_is_the_default() -> None:
    service = BOOK.service.model_copy(update={"languages": ("sv", "en")})
    assert House(BOOK.model_copy(update={"service": service})).language_of("de") == "sv"


def test_pseudonyms_have_no_letters_that_look_alike() -> None:
    names = {new_pseudonym() for _ in range(300)}
    assert len(names) > 290
    assert all(re.fullmatch(r"K-[2-9A-HJ-NP-Z]{4}", name) for name in names)


def test_a_persons_context(house: House) -> None:
    context = house.context(HER, NOW, None)
    assert (context.language, context.zone, context.region) == ("sv", ZONE, "SE")
    assert context.now.timestamp() == NOW
    assert [a.id for a in context.areas] == ["sodermalm"]
    assert context.areas[0].promise_s == 300
    assert context.requests == ()
    assert context.values["n"] == BOOK.service.vanish_hours
    assert "112" in str(context.values["emergency"])
    assert len(context.distress) == 2


def test_requests_under_way_are_choices_by_kind_and_state_only(house: House) -> None:
    case = opened("callback", number="+46701740605", when="now")
    ((number, label),) = house.context(HER, NOW, case).requests
    assert number == "1"
    assert texts.render(label, "en", ZONE).startswith("Call: ")
    over = case.with_request(replace(case.requests[0], state="done"))
    assert house.context(HER, NOW, over).requests == ()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_words_for_a_call_are_two_plain_ones(house: House, language: str) -> None:
    for _ in range(50):
        first, second = house.context(replace(HER, language=language), NOW, None).call_words
        assert first != second
        assert first.strip() == first != ""
        assert ":" not in first + second


def test_words_for_a_call_are_fresh_each_time(house: House) -> None:
    assert len({house.context(HER, NOW, None).call_words for _ in range(30)}) > 10


def test_an_area_that_was_taken_away_still_reaches_somebody(house: House) -> None:
    assert house.area_of("gone") == BOOK.area[0]
    assert house.zone_of(replace(HER, area="gone")) == ZONE
    assert house.context(replace(HER, area="gone"), NOW, None).zone == ZONE


def test_who_is_on_duty_where(house: House) -> None:
    house.signed_on[-1001000000001] = {5002}
    assert house.shift(BOOK.area[0], NOW).signed_on == {
        "social": frozenset({5002}),
        "police": frozenset(),
    }


def test_workers_names(house: House) -> None:
    house.names[5001] = "Sara"
    assert house.name_of(5001) == "Sara"
    assert len(house.name_of(1234567)) <= 4, "not a whole Telegram id"


def test_a_desks_language(house: House) -> None:
    assert house.desk_context(BOOK.area[0], "police", NOW).language == "en"
    assert house.desk_context(BOOK.area[0], "press", NOW).language == "en"
