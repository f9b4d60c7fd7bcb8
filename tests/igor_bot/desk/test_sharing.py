"""What the police may see of a ride: what she agreed to, and never anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igor_bot.desk import card, cases, guarded
from igor_bot.desk.case import Case
from igor_bot.desk.effects import Post
from igor_bot.desk.sharing import passes_to_police, visible
from igor_bot.errors import Refused
from igor_bot.flows import FLOWS
from tests.igor_bot.moments import NOW, desk_context, opened, ride, shift, shown

RIDE = {
    "danger": "yes",
    "danger_place": "at home",
    "danger_number": "+46701740607",
    "when": "later",
    "time": "18:30",
    "pickup": "By the church",
    "number": "+46701740605",
    "people": 2,
    "send": "send",
    "where_to": "police",
    "other_party": "in the kitchen",
    "ages": "4 and 7",
    "arrival": "a red car",
}


DRIVER = {"when", "time", "pickup", "people", "ages", "arrival"}
"""What a driver needs, of these answers."""


@pytest.mark.parametrize(
    ("may", "where_to", "expected"),
    [
        ("ride", "police", DRIVER),
        ("all", "police", {*DRIVER, "number"}),
        ("nothing", "police", set()),
        (None, "police", set()),
        ("", "police", set()),
        ("ride", "accommodation", set()),
        ("all", "settle", set()),
        ("all", None, set()),
        ("all", "to the police please", set()),
    ],
)
def test_only_what_she_agreed_to(may: str | None, where_to: str | None, expected: set[str]) -> None:
    answers = {**RIDE, "police_may": may, "where_to": where_to}
    assert set(visible("police", "social", "transport", answers)) == expected
    assert passes_to_police("transport", answers) == bool(expected)


def test_a_number_given_for_the_danger_stands_in_only_where_numbers_were_agreed() -> None:
    answers = {k: v for k, v in RIDE.items() if k != "number"}
    seen = visible("police", "social", "transport", {**answers, "police_may": "all"})
    assert seen["danger_number"] == "+46701740607"
    seen = visible("police", "social", "transport", {**answers, "police_may": "ride"})
    assert "danger_number" not in seen
    settled = visible(
        "police", "social", "transport", {**RIDE, "number": "chat", "police_may": "all"}
    )
    assert "danger_number" not in settled


@pytest.mark.parametrize("kind", ["talk", "callback", "support"])
def test_nothing_but_rides_is_shared(kind: str) -> None:
    answers = {**RIDE, "police_may": "all"}
    assert visible("police", "social", kind, answers) == {}


@pytest.mark.parametrize("lead", ["social", "police"])
def test_the_desk_where_a_case_opens_sees_all(lead: str) -> None:
    assert visible(lead, lead, "transport", RIDE) == RIDE


def test_an_unknown_organisation_sees_nothing() -> None:
    assert visible("press", "social", "transport", {**RIDE, "police_may": "all"}) == {}


MARK = "ZZMARK"
keys = sorted({step.key for flow in FLOWS.values() for step in flow.steps} | {"role"})
marked = st.fixed_dictionaries(
    {}, optional={key: st.just(f"{MARK}{key}") for key in keys if key not in ("police_may",)}
)


@given(
    marked,
    st.sampled_from(["ride", "all", "nothing", "yes", None, "RIDE"]),
    st.sampled_from(["police", "accommodation", "settle", None, "free words"]),
    st.sampled_from(["transport", "talk", "callback", "support"]),
)
def test_never_anything_else(
    answers: dict[str, Any], may: str | None, where_to: str | None, kind: str
) -> None:
    seen = visible("police", "social", kind, {**answers, "police_may": may, "where_to": where_to})
    agreed = where_to == "police" and kind == "transport" and may in ("ride", "all")
    driver = {"when", "time", "pickup", "people", "ages", "mobility", "pets", "arrival"}
    allowed = driver if agreed else set()
    if agreed and may == "all":
        allowed |= {"number"} if answers.get("number") else {"danger_number"}
    assert set(seen) == allowed & set(answers)
    assert all(seen[key] == answers[key] for key in seen)


def shared(answers: dict[str, Any], **changes: Any) -> Case:
    """A case with a talk before it and a ride that the police may drive."""
    case = ride(**answers)
    case, _ = cases.add(case, "transport", "where_to", "police", shift())
    case, _ = cases.add(case, "transport", "police_may", "ride", shift())
    return replace(case, **changes)


secret = st.fixed_dictionaries(
    {
        key: st.sampled_from(["yes", "no", "SECRETWORDS", "0701740699"])
        for key in ("danger", "danger_place", "danger_number", "other_party", "back_home")
    }
)


@settings(max_examples=25)
@given(secret, secret, st.booleans())
def test_the_polices_card_says_the_same_whatever_was_not_agreed(
    one: dict[str, Any], other: dict[str, Any], distress: bool
) -> None:
    """Nothing of what she did not agree to pass on changes a letter of what the police see."""
    first, second = shared(one), shared(other, distress_at=NOW if distress else None)
    second, _ = cases.ask_change(second, "1", "SECRETWORDS call 0701740699", shift())
    first, _ = cases.ask_change(first, "1", "something else", shift())
    talk = opened("talk", danger="yes", words="SECRETWORDS").requests[0]
    second = replace(second, requests=(*second.requests, replace(talk, number=2)))
    context = desk_context("police")
    second = replace(second, names=first.names)
    cards = [shown(card.card(case, "police", context)) for case in (first, second)]
    assert cards[0] == cards[1]
    assert "SECRETWORDS" not in cards[0]
    assert first.names["police"] in cards[0]
    assert first.names["social"] not in cards[0]
    assert card.buttons(first, "police") == card.buttons(second, "police")
    assert card.title(first, "police") == card.title(second, "police")
    assert guarded.pieces(second, "police") == ("pickup",)


def test_a_number_is_hidden_where_only_the_ride_was_agreed() -> None:
    with pytest.raises(Refused):
        guarded.reveal(shared({}), "police", "number", NOW)


def test_words_go_only_to_the_desk_she_wrote_to() -> None:
    case, effects = cases.ask_change(shared({}), "1", "SECRETWORDS", shift())
    posts = {e.organisation: shown(e.paragraphs) for e in effects if isinstance(e, Post)}
    assert ("social", "SECRETWORDS") in case.guarded
    assert all("SECRETWORDS" not in post for post in posts.values())
    assert "asks for a change" in posts["police"]
