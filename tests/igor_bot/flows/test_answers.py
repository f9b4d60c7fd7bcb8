"""How answers are read, and the kind sentence where one does not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igor_bot import texts
from igor_bot.errors import Invalid
from igor_bot.flows import FLOWS, answers
from igor_bot.flows.engine import Context, Parser
from igor_bot.person import Person
from igor_bot.texts import Text
from tests.igor_bot.moments import LANGUAGES, NOW, ZONE, house

ENGLISH = house().context(Person(1, "en"), NOW, None)
SWEDISH = replace(ENGLISH, language="sv")


def refusal(parser: Parser, words: str, context: Context = ENGLISH) -> str:
    """The sentence that is shown."""
    with pytest.raises(Invalid) as refused:
        parser.parse(words, context)
    problem = refused.value.problem
    assert isinstance(problem, Text)
    for language in LANGUAGES:
        shown = texts.render(problem, language, ZONE)
        assert shown.endswith("."), "a sentence"
        assert "{" not in shown
        assert not any(word in shown.lower() for word in ("invalid", "error", "wrong", "must"))
        assert len(shown) < 120
    return texts.render(problem, "en", ZONE)


YES_NO = answers.choice(yes="Yes", no="No")
CLOSED = answers.choice(free=False, yes="Yes", no="No")


@pytest.mark.parametrize(
    ("parser", "context", "words", "value"),
    [
        (YES_NO, ENGLISH, "yes", "yes"),
        (YES_NO, ENGLISH, " YES ", "yes"),
        (YES_NO, SWEDISH, "Ja", "yes"),
        (YES_NO, SWEDISH, "nej", "no"),
        (YES_NO, SWEDISH, "No", "no"),
        (YES_NO, ENGLISH, "ja", "ja"),
        (YES_NO, ENGLISH, " I think so ", "I think so"),
        (CLOSED, SWEDISH, "ja", "yes"),
    ],
)
def test_choice(parser: Parser, context: Context, words: str, value: str) -> None:
    assert parser.parse(words, context) == value


@pytest.mark.parametrize("words", ["", "  ", "maybe", "yes please", "y"])
def test_a_closed_choice_takes_only_its_buttons(words: str) -> None:
    assert refusal(CLOSED, words) == "Please press one of the buttons below."


def test_an_open_choice_refuses_only_nothing_and_too_much() -> None:
    assert "buttons" in refusal(YES_NO, "   ")
    assert "4096" in refusal(YES_NO, "a" * 4097)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("18:30", "18:30"),
        ("18.30", "18:30"),
        ("1830", "18:30"),
        ("18 30", "18:30"),
        ("18h30", "18:30"),
        ("kl 18:30", "18:30"),
        ("Kl. 18.30", "18:30"),
        ("18", "18:00"),
        ("7", "07:00"),
        ("7:05", "07:05"),
        ("0:00", "00:00"),
        ("23:59", "23:59"),
        ("6 pm", "18:00"),
        ("6:30 PM", "18:30"),
        ("6:30 p.m.", "18:30"),
        ("12 am", "00:00"),
        ("12:15pm", "12:15"),
        ("11:59 a.m.", "11:59"),
        (" 18:30. ", "18:30"),
        ("١٨:٣٠", "18:30"),
    ],
)
def test_clock_time(words: str, value: str) -> None:
    assert answers.clock_time().parse(words, ENGLISH) == value


@pytest.mark.parametrize(
    "words",
    [
        "",
        "24:00",
        "18:60",
        "soon",
        "18:3",
        "18:30:00",
        "13 pm",
        "0 am",
        "-1",
        "99",
        "kl",
        "1 8 3 0",
    ],
)
def test_no_clock_time(words: str) -> None:
    assert refusal(answers.clock_time(), words) == "Please write a time, for example 18:30."


@given(st.text(max_size=12))
def test_clock_time_is_a_time_or_refused(words: str) -> None:
    try:
        value = answers.clock_time().parse(words, ENGLISH)
    except Invalid:
        return
    hour, minute = value.split(":")
    assert (len(hour), len(minute)) == (2, 2)
    assert int(hour) < 24
    assert int(minute) < 60


@pytest.mark.parametrize(
    ("words", "region", "value"),
    [
        ("070-174 06 05", "SE", "+46701740605"),
        ("0701740605", "SE", "+46701740605"),
        (" +46 70 174 06 05 ", "SE", "+46701740605"),
        ("0046701740605", "SE", "+46701740605"),
        ("46701740605", "SE", "+46701740605"),
        ("08-505 000 00", "SE", "+46850500000"),
        ("+49 1512 3456789", "SE", "+4915123456789"),
        ("4915123456789", "SE", "+4915123456789"),
        ("+1 212 555 2368", "SE", "+12125552368"),
        ("+966 50 123 4567", "SE", "+966501234567"),
        ("40 61 23 45", "NO", "+4740612345"),
        ("٠٧٠١٧٤٠٦٠٥", "SE", "+46701740605"),
    ],
)
def test_phone_number(words: str, region: str, value: str) -> None:
    assert answers.phone_number().parse(words, replace(ENGLISH, region=region)) == value


@pytest.mark.parametrize(
    "words", ["", "112", "070", "call me", "070-174 06 05 06 07 08 09", "+99912345", "chat", "+"]
)
def test_no_phone_number(words: str) -> None:
    assert "070 123 45 67" in refusal(answers.phone_number(), words)


def test_a_phone_number_may_have_buttons_beside_it() -> None:
    parser = answers.phone_number(chat="Settle it in this chat")
    assert parser.parse("chat", ENGLISH) == "chat"
    assert list(parser.options(ENGLISH)) == ["chat"]
    assert parser.takes == {"contact"}


@given(st.text(alphabet="+0123456789 -()", max_size=20))
def test_a_number_is_stored_as_e164_or_refused(words: str) -> None:
    try:
        value = answers.phone_number().parse(words, ENGLISH)
    except Invalid:
        return
    assert value[0] == "+"
    assert value[1:].isdigit()
    assert len(value) <= 16
    assert answers.phone_number().parse(value, ENGLISH) == value
    assert answers.readable_number(value).replace(" ", "").replace("-", "") == value


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+46701740605", "+46 70 174 06 05"), ("59.31000, 18.07000", "59.31000, 18.07000"), ("", "")],
)
def test_readable_number(number: str, shown: str) -> None:
    assert answers.readable_number(number) == shown


@pytest.mark.parametrize(
    ("words", "value"), [("1", 1), (" 3 ", 3), ("12", 12), ("03", 3), ("٤", 4)]
)
def test_head_count(words: str, value: int) -> None:
    assert answers.head_count().parse(words, ENGLISH) == value


@pytest.mark.parametrize(
    "words", ["", "0", "13", "-2", "1.5", "two", "1000", "00012345", "9" * 5000, "²", "1 2"]
)
def test_no_head_count(words: str) -> None:
    assert "from 1 to 12" in refusal(answers.head_count(), words)


@pytest.mark.parametrize("longest", [1, 60, 300])
def test_free_text_has_a_limit(longest: int) -> None:
    parser = answers.free_text(longest)
    assert parser.parse("a" * longest, ENGLISH) == "a" * longest
    assert parser.parse(f"  {'a' * longest}\n", ENGLISH) == "a" * longest
    assert f"under {longest} characters" in refusal(parser, "a" * (longest + 1))
    assert refusal(parser, " \n ") == "Please write a few words."


def test_a_place_is_words_or_a_location() -> None:
    parser = answers.place(settle="Settle it with the duty worker")
    assert parser.takes == {"location", "venue"}
    assert parser.parse(" By the church ", ENGLISH) == "By the church"
    assert parser.parse("settle", ENGLISH) == "settle"
    assert "150" in refusal(parser, "a" * 151)


@pytest.mark.parametrize(
    ("flow", "step"), [(flow.name, step.key) for flow in FLOWS.values() for step in flow.steps]
)
def test_every_button_is_an_answer(flow: str, step: str) -> None:
    found = FLOWS[flow].step(step)
    assert found is not None
    context = replace(ENGLISH, requests=(("1", Text("Talk")),))
    for code in found.parser.options(context):
        value: Any = found.parser.parse(code, context)
        assert str(value) == code
        assert ":" not in code
        assert len(f"{flow}:{step}:{code}".encode()) <= 64
