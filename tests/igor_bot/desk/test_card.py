"""The card: first what a tired worker needs; nothing that says who she is or where."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import render
from igor_bot.desk import card, cases, deeds
from igor_bot.desk.case import Case, Request
from igor_bot.desk.words import masked_answers
from igor_bot.flows import FLOWS
from igor_bot.messages import Rows
from igor_bot.states import STATES
from tests.igor_bot.desk.test_cases import submitted, to_the_police
from tests.igor_bot.moments import (
    CHAT_ID,
    ELIN,
    JONAS,
    LANGUAGES,
    NOW,
    SARA,
    desk_context,
    opened,
    ride,
    shift,
    shown,
)

CONTEXT = desk_context()


def lines(case: Case, organisation: str = "social") -> list[str]:
    return shown(card.card(case, organisation, desk_context(organisation))).split("\n")


def data(rows: Rows) -> list[str]:
    return [b.data.split(":", 2)[1] + b.data.removeprefix(":".join(b.data.split(":")[:3])) for row in rows for b in row]  # fmt: skip


# What stands where -----------------------------------------------------------------------------------


def test_first_what_a_tired_worker_needs() -> None:
    case = opened("talk", danger="yes", words="I can't go home")
    case, _ = cases.add(case, "talk", "near", "yes", shift(NOW + 60))
    case, _ = cases.add(case, "talk", "how_long", "minutes", shift(NOW + 120))
    case, _ = cases.add(case, "talk", "children", None, shift(NOW + 120))
    got = lines(case)
    assert got[0] == f"‼ {case.names['social']}"
    expected = [
        "Danger: answered Yes 02:10",
        "Other party near: answered Yes 02:11",
        "Children there: not answered",
        "Can write: answered A few minutes 02:12",
        "Language: English",
        "In the chat, last 02:12",
        "Waiting since 02:10, nobody has taken it",
        "Promised: by 02:15 she hears how it stands",
        "Route: this chat",
    ]
    assert got[1:10] == expected
    assert got.index("Her words: “I can't go home”") > 9, "then her answers, word for word"


def test_the_newest_answer_counts() -> None:
    case = opened("talk", danger="no", words="hello")
    case, _ = submitted("callback", case, danger="yes", number="+46701740605", when="now")
    assert "Danger: answered Yes" in lines(case)[1]


def test_no_label_scores_or_comforts() -> None:
    text = "\n".join(lines(opened("talk", danger="no", words="hello"))).lower()
    assert not re.search(r"\b(low|high|risk|safe|score)\b", text)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"left_at": NOW + 240}, "Left 02:14, do not write."),
        ({"left_at": NOW + 240, "blocked": True}, "Has blocked the chat 02:14."),
        ({"told_at": NOW + 300}, "Was told at 02:15 that nobody could answer"),
        ({"distress_at": NOW + 60}, "Words of distress at 02:11."),
        ({"closed_at": NOW + 60, "outcome": "helped"}, "Closed 02:11: Helped."),
        ({"language": "sv"}, "Language: svenska"),
    ],
)
def test_how_it_stands(change: dict[str, Any], line: str) -> None:
    assert line in lines(replace(opened(), **change))


def test_who_has_it() -> None:
    case, _ = deeds.claim(opened(), SARA, "", shift(NOW + 60))
    assert "Sara has it since 02:11" in lines(case)
    assert not any("Promised" in line for line in lines(case))


def test_the_route() -> None:
    case = opened("callback", number="+46701740605", when="now")
    assert "Route: call, or this chat" in lines(case)
    case, _ = cases.add(case, "callback", "even_if_left", "yes", shift())
    assert "Route: call, also if she has left the chat" in lines(case)


def test_changes_from_the_chat_are_marked() -> None:
    case = opened("callback", number="+46701740605")
    for n in range(5):
        case, _ = cases.ask_change(case, "1", f"change {n}", shift(NOW + 60 * n))
    got = [line for line in lines(case) if "unverified" in line]
    assert got == [f"From the chat 02:1{n}, unverified: “change {n}”" for n in (2, 3, 4)]


def test_a_role_is_said_and_never_taken_for_granted() -> None:
    assert "says: under 18" in lines(opened("talk", role="minor", words="hello"))


def test_guarded_answers_are_only_named() -> None:
    got = "\n".join(lines(ride()))
    assert "Meeting place: given, the owner can see it" in got
    assert "Number: given, the owner can see it" in got
    assert "church" not in got
    settled = "\n".join(lines(ride(pickup="settle", number="chat")))
    assert "Meeting place: Settle it with the duty worker" in settled


def test_the_title_is_pseudonym_and_kinds() -> None:
    case, _ = submitted("callback", to_the_police(), number="+46701740605", when="now")
    assert shown(card.title(case, "social")).split("\n") == [case.names["social"], "Ride", "Call"]
    assert shown(card.title(case, "police")).split("\n") == [case.names["police"], "Ride"]


# Nothing that says who and where ---------------------------------------------------------------------

NUMBERS = ("070-174 06 05", "+46701740605", "0046 70 174 06 05", "46701740605", "+49 1512 3456789")
PLACE = "ZZPLACE"
surrounding = st.text(alphabet="abc åäö.,\n😀", max_size=20)
own_words = st.builds(
    lambda a, number, b: f"{a} {number} {b}", surrounding, st.sampled_from(NUMBERS), surrounding
)


@st.composite
def answers(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Answers to every question of a flow: a place and a number where they are asked for, and
    words with a number in them wherever words are taken."""
    given_: dict[str, Any] = {}
    for step in FLOWS[kind].steps:
        codes = list(step.parser.options(CONTEXT))
        if step.key in ("area", "time"):
            continue
        if step.guarded and "contact" in step.parser.takes:
            given_[step.key] = draw(st.sampled_from(["+46701740605", "+4915123456789", None]))
        elif step.guarded:
            given_[step.key] = draw(st.sampled_from([PLACE, "59.31000, 18.07000", None]))
        elif step.key == "people":
            given_[step.key] = draw(st.integers(1, 12))
        else:
            given_[step.key] = draw(st.one_of(st.sampled_from([*codes, None]), own_words))
    return given_


@pytest.mark.parametrize("kind", ["talk", "callback", "transport", "support"])
@settings(max_examples=40)
@given(data=st.data())
def test_no_number_and_no_place_on_any_card(kind: str, data: st.DataObject) -> None:
    given_ = data.draw(answers(kind))
    steps = {s.key: s for s in FLOWS[kind].steps}
    first = {k: v for k, v in given_.items() if not steps[k].after}
    case = opened(kind, **first)
    for key, value in given_.items():
        if steps[key].after:
            case, _ = cases.add(case, kind, key, value, shift())
    case, _ = cases.ask_change(case, "1", data.draw(own_words), shift())
    if data.draw(st.booleans()):
        case, _ = deeds.claim(case, SARA, "", shift())
    for organisation in case.names:
        context = desk_context(organisation)
        parts = (*card.card(case, organisation, context), *card.title(case, organisation))
        rows = card.buttons(case, organisation)
        for language in LANGUAGES:
            whole = shown(parts, language)
            pressed = " ".join(b.data for row in rows for b in row)
            for text in (whole, pressed):
                digits = re.sub(r"[^\d]", "", text)
                assert "701740605" not in digits
                assert "15123456789" not in digits
                assert PLACE not in text
                assert "59.31" not in text
                assert str(CHAT_ID) not in text


def test_masking_leaves_codes_and_guarded_answers_alone() -> None:
    case = opened()
    given_ = {"danger": "no", "number": "+46701740605", "people": 2, "ages": None, "role": "minor"}
    assert masked_answers(case, "transport", given_, shift()) == (case, given_)


# It fits a message -----------------------------------------------------------------------------------


def long_case(requests: int, letter: str) -> Case:
    kinds = ["talk", "callback", "support", "transport"]
    case = opened("talk", danger=letter * 4096, words=letter * 4096)
    for n in range(requests):
        kind = kinds[n % 4]
        steps = [s for s in FLOWS[kind].steps if s.key not in ("area", "time", "people")]
        case, _ = submitted(kind, case, **{s.key: letter * 2048 for s in steps if s.key != "kind"})
    return case


@pytest.mark.parametrize("requests", [0, 1, 3, 9])
@pytest.mark.parametrize("letter", ["a", "å", "😀"])
def test_a_card_fits_a_message(requests: int, letter: str) -> None:
    case = long_case(requests, letter)
    for _n in range(6):
        case, _ = cases.ask_change(case, "1", letter * 500, shift())
    got = card.card(case, "social", CONTEXT)
    for language in LANGUAGES:
        whole = shown(got, language)
        assert len(whole.encode("utf-16-le")) // 2 <= 4096
        post = render.post(got, language, CONTEXT.zone, mention=[(SARA.id, "Sara")])
        assert len(post["text"].encode("utf-16-le")) // 2 <= 4096
    assert len([t for t in lines(case) if re.match(r"\w+ \(02:10\)", t)]) == requests + 1, (
        "each named"
    )


def test_what_is_over_makes_room_first() -> None:
    case = long_case(7, "😀")
    over = case.requests[3]
    case = case.with_request(replace(over, state="done"))
    whole = lines(case)
    heads = [n for n, line in enumerate(whole) if re.match(r"\w+ \(02:10\)", line)]
    assert whole[heads[3] + 1] == ""
    assert heads[-1] < len(whole) - 1, "the newest keeps its answers"


# Buttons -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "organisation", "expected"),
    [
        pytest.param(opened(), "social", ["claim"], id="unclaimed"),
        pytest.param(
            deeds.claim(opened(), SARA, "", shift())[0],
            "social",
            ["phrase", "release", "close"],
            id="a talk",
        ),
        pytest.param(
            deeds.claim(opened("callback", number="+46701740605", when="now"), SARA, "", shift())[0],
            "social",
            [
                "show:number",
                "call:reached",
                "call:no_answer",
                "call:another_answered",
                "call:dropped",
                "phrase",
                "release",
                "close",
            ],
            id="a call",
        ),
        pytest.param(
            deeds.claim(ride(number="chat"), SARA, "", shift())[0],
            "social",
            [
                "show:pickup",
                *(f"ride:{how}" for how in deeds.HEARD),
                "ride:cancelled",
                "phrase",
                "release",
                "close",
            ],
            id="a ride, not heard",
        ),
        pytest.param(
            deeds.ride(
                deeds.claim(ride(number="chat"), SARA, "", shift())[0], SARA, "heard", shift()
            )[0],
            "social",
            [
                "show:pickup",
                *(f"ride:{step}" for step in deeds.RIDE_STEPS),
                "phrase",
                "release",
                "close",
            ],
            id="a ride, heard",
        ),
        pytest.param(replace(opened(), closed_at=NOW), "social", [], id="closed"),
    ],
)  # fmt: skip
def test_only_what_can_be_done(case: Case, organisation: str, expected: list[str]) -> None:
    assert data(card.buttons(case, organisation)) == expected


def test_a_paused_ride_is_not_cancelled_unheard() -> None:
    case, _ = deeds.claim(ride(), SARA, "", shift())
    case, _ = cases.ask_stop(case, "1", shift())
    assert "ride:cancelled" not in data(card.buttons(case, "social"))


def test_the_police_have_the_ride_and_do_not_close() -> None:
    case, _ = submitted("callback", to_the_police(), number="+46701740606", when="now")
    case, _ = deeds.claim(case, JONAS, "", shift())
    got = data(card.buttons(case, "police"))
    assert "show:pickup" in got
    assert "ride:heard" in got
    assert "close" not in got
    assert card.buttons(case, "social")[0][0].data == f"desk:claim:{case.names['social']}"


@settings(max_examples=30)
@given(
    st.sampled_from(["talk", "callback", "transport", "support"]),
    st.sampled_from(["open", "paused", "accepted", "on_the_way", "no_answer", "done"]),
    st.sampled_from([None, *deeds.HEARD]),
    st.booleans(),
)
def test_every_button_works(kind: str, state: str, heard: str | None, claimed: bool) -> None:
    """Whatever stands on a card can be pressed by its owner without a refusal."""
    case = ride() if kind == "transport" else opened(kind, number="+46701740605", when="now")
    case = case.with_request(replace(case.requests[0], state=state, heard=heard))
    if claimed:
        case, _ = deeds.claim(case, ELIN, "", shift())
    for row in card.buttons(case, "social"):
        for button in row:
            assert len(button.data.encode()) <= 64
            _, deed, name, *value = button.data.split(":")
            assert name == case.names["social"]
            deeds.DEEDS[deed](case, ELIN, "".join(value), shift())


def test_a_request_of_any_state_has_a_name() -> None:
    for state in STATES:
        request = Request(1, "transport", {}, NOW, state=state)
        assert lines(replace(opened(), requests=(request,)))
