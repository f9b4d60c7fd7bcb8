"""What may be shown when: quick exit words, numbers taken out, signs of distress, the cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igor_bot import discretion, replies, texts
from igor_bot.flows import FLOWS
from igor_bot.person import Person
from igor_bot.texts import Text
from tests.igor_bot.moments import LANGUAGES, ZONE, house

LISTS = house().context(Person(1, "en"), 0.0, None).distress


@pytest.mark.parametrize(
    "words",
    ["x", "X", "  x ", "\nX\n", "/exit", "/EXIT", "/exit@igor_bot", "/Exit@IgorBot ", " /exit"],
)
def test_quick_exit(words: str) -> None:
    assert discretion.is_quick_exit(words)


@pytest.mark.parametrize(
    "words",
    ["", "xx", "x x", "x.", "exit", "/exit now", "/exit@", "/exits", "ex", "/x", "×", "not x"],
)
def test_no_quick_exit(words: str) -> None:
    assert not discretion.is_quick_exit(words)


@given(st.text(max_size=30))
def test_only_a_lone_x_or_the_command(words: str) -> None:
    typed = words.strip().lower()
    expected = typed == "x" or typed.split("@")[0] == "/exit"
    assert discretion.is_quick_exit(words) <= expected


def test_buttons_that_mean_quick_exit_are_there() -> None:
    gate = FLOWS["welcome"].step("gate")
    assert gate is not None
    assert "exit" in discretion.EXIT_DATA
    assert "welcome:gate:not_now" in discretion.EXIT_DATA
    context = house().context(Person(1, "en"), 0.0, None)
    assert "not_now" in gate.parser.options(context)


@pytest.mark.parametrize(
    ("words", "masked", "found"),
    [
        ("call 070-174 06 05", "call ☎…", ("+46701740605",)),
        ("0701740605", "☎…", ("+46701740605",)),
        ("(070) 1740605!", "☎…!", ("+46701740605",)),
        ("+46701740605 or 08-505 000 00", "☎… or ☎…", ("+46701740605", "+46850500000")),
        ("int. +49 1512 3456789.", "int. ☎….", ("+4915123456789",)),
        ("07017406 05 kl 18:30", "☎… kl 18:30", ("+46701740605",)),
        ("nr:0701740605", "nr:☎…", ("+46701740605",)),
        ("ring 46701740605", "ring ☎…", ("+46701740605",)),
        ("0046 70 174 06 05", "☎…", ("+46701740605",)),
        ("18:30 tomorrow, 2 children, 4 and 7", "18:30 tomorrow, 2 children, 4 and 7", ()),
        ("2026-11-20 02:10", "2026-11-20 02:10", ()),
        ("Storgatan 12, 116 42 Stockholm", "Storgatan 12, 116 42 Stockholm", ()),
        ("call 112 or 1177", "call 112 or 1177", ()),
        ("", "", ()),
    ],
)  # fmt: skip
def test_numbers_are_taken_out(words: str, masked: str, found: tuple[str, ...]) -> None:
    assert discretion.mask_numbers(words, "SE") == (masked, found)


@given(st.text(alphabet="ab \n😀.,", max_size=30), st.text(alphabet="ab \n😀.,", max_size=30))
def test_nothing_else_is_taken_out(before: str, after: str) -> None:
    words = f"{before} 0701740605 {after}"
    masked, found = discretion.mask_numbers(words, "SE")
    assert masked == f"{before} ☎… {after}"
    assert found == ("+46701740605",)


@pytest.mark.parametrize(
    "words",
    ["he will kill me", "HE HAS A KNIFE", "I am afraid", "help me", "han slår mig", "jag är rädd", "självmord", "he has guns", "he's threatening me", "killed!", "(rape)"],
)  # fmt: skip
def test_words_of_distress_in_every_enabled_language(words: str) -> None:
    assert discretion.is_distress(words, LISTS)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "hello",
        "thank you",
        "tack",
        "när kommer ni?",
        ",",
        "en kille",
        "Gunilla",
        "grapefruit",
        "hit med den",
        "skills",
    ],
)
def test_no_distress(words: str) -> None:
    assert not discretion.is_distress(words, LISTS)


def test_an_empty_list_finds_nothing() -> None:
    assert not discretion.is_distress("kill", ())
    assert not discretion.is_distress("kill", ("", " , ,"))


def test_long_marks_are_found_at_the_beginning_of_a_word_and_short_ones_as_a_whole() -> None:
    lists = ("kill, threaten, hit me.",)
    for words in ("kill", "Kill!", "threatened", "he hit me."):
        assert discretion.is_distress(words, lists)
    for words in ("kills", "unthreatened", "hit men", "skill", "."):
        assert not discretion.is_distress(words, lists)


def test_lists_are_in_small_letters() -> None:
    assert len(LISTS) == len(LANGUAGES)
    assert len(set(LISTS)) == len(LANGUAGES), "each language has its own"
    for one in LISTS:
        assert one == one.casefold()
        assert all(mark.strip() for mark in one.split(","))


OURS = (
    "robot",
    "staff",
    "help",
    "danger",
    "112",
    "request",
    "duty",
    "police",
    "exit",
    "personal",
    "fara",
)


@pytest.mark.parametrize("value", [None, "", "today", "week", "loans", "contact", "gone", "exit"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cover_shows_nothing_of_ours(value: str | None, language: str) -> None:
    message = replies.cover(value)
    parts = [*message.paragraphs, *(b.label for row in message.rows for b in row)]
    shown = " ".join(texts.render(p, language, ZONE) for p in parts).lower()
    assert not any(word in shown for word in OURS if word != "help")
    assert not message.question
    assert all(b.data == f"cover:{b.data[6:]}" for row in message.rows for b in row)
    assert {b.data[6:] for row in message.rows for b in row} == set(discretion.COVER_PAGES)


def test_an_unknown_button_of_the_cover_gets_the_cover() -> None:
    assert discretion.cover_answer("x") == Text(discretion.COVER)
    assert discretion.cover_answer(None) == Text(discretion.COVER)
