"""The catalogues are complete and keep the rules; texts are rendered as their reader writes."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.house import CALL_WORDS
from igor_bot import discretion, texts
from igor_bot.texts import Text, render

ROOT = Path(__file__).resolve().parents[2]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TRANSLATED = [code for code in texts.languages() if code != texts.SOURCE_LANGUAGE]
NEVER = {"en": r"\bvictim", "sv": r"offer"}
"""What no text says, by language: what the law calls a person is no name for one."""
POPUP = 200
"""Characters that Telegram shows in a pop-up."""

each_language = pytest.mark.parametrize("language", TRANSLATED)


def _path(language: str) -> Path:
    return texts.LOCALES / language / "LC_MESSAGES" / "igor.po"


@cache
def _catalogue(language: str) -> Catalog:
    with _path(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def _in_code() -> frozenset[str]:
    found = (
        message
        for package in ("igor_bot", "bot")
        for _, _, message, _, _ in extract_from_dir(ROOT / package, keywords={"N_": None})
    )
    return frozenset(one for m in found for one in ([m] if isinstance(m, str) else m))


def _messages(language: str) -> list[Message]:
    return [message for message in _catalogue(language) if message.id]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _placeholders(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _shown(language: str) -> list[str]:
    """Return every sentence that is shown to people in a language."""
    if language == texts.SOURCE_LANGUAGE:
        return sorted(_in_code() - {discretion.DISTRESS})
    return [
        form
        for message in _messages(language)
        if message.id != discretion.DISTRESS
        for form in _forms(message.string)
    ]


def _list(msgid: str, language: str) -> list[str]:
    return [word.strip() for word in render(Text(msgid), language, UTC).split(",")]


# The catalogues -------------------------------------------------------------------------------


def test_swedish_is_there() -> None:
    assert "sv" in TRANSLATED
    assert "en" in texts.languages()


def test_the_code_says_something() -> None:
    """Guards the tests below: an extraction that finds nothing would let all of them pass."""
    assert {"Talk to someone", "Exit", discretion.COVER, discretion.DISTRESS} <= _in_code()
    assert "" not in _in_code()


@each_language
def test_every_text_of_the_code_is_in_the_catalogue(language: str) -> None:
    known = {form for message in _messages(language) for form in _forms(message.id)}
    assert sorted(_in_code() - known) == []


@each_language
def test_nothing_is_left_empty_or_guessed(language: str) -> None:
    messages = _messages(language)
    empty = [m.id for m in messages if not all(f.strip() for f in _forms(m.string))]
    assert empty == []
    assert [m.id for m in messages if m.fuzzy] == []
    plural = [m for m in messages if m.pluralizable]
    assert [m.id for m in plural if len(_forms(m.string)) != _catalogue(language).num_plurals] == []


@each_language
def test_placeholders_are_those_of_the_source(language: str) -> None:
    wrong = []
    for message in _messages(language):
        allowed = [_placeholders(form) for form in _forms(message.id)]
        wrong += [f for f in _forms(message.string) if _placeholders(f) not in allowed]
    assert wrong == []


@each_language
def test_lines_and_paragraphs_are_kept(language: str) -> None:
    for message in _messages(language):
        source, translated = _forms(message.id)[0], _forms(message.string)[0]
        assert translated.count("\n") == source.count("\n"), source
        assert translated == translated.strip(), source


@each_language
def test_the_header_is_right(language: str) -> None:
    header = _path(language).read_text(encoding="utf-8").split("\n\n", 1)[0]
    assert f'"Language: {language}\\n"' in header
    assert '"Content-Type: text/plain; charset=utf-8\\n"' in header
    assert f'"Plural-Forms: {Catalog(locale=language).plural_forms}\\n"' in header


def test_swedish_counts_one_and_many() -> None:
    assert 'Plural-Forms: nplurals=2; plural=(n != 1);\\n"' in _path("sv").read_text("utf-8")


# What the texts say -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(NEVER))
def test_nobody_is_called_a_victim(language: str) -> None:
    said = [t for t in _shown(language) if re.search(NEVER[language], t, re.IGNORECASE)]
    assert said == []


@pytest.mark.parametrize("language", texts.languages())
def test_words_of_distress_are_small_and_separate(language: str) -> None:
    words = _list(discretion.DISTRESS, language)
    assert all(words)
    assert [w for w in words if w != w.casefold()] == []
    assert len(set(words)) == len(words)
    assert [w for w in words if len(w) < 3] == [], "too short: found in harmless words"


@pytest.mark.parametrize("language", texts.languages())
def test_cover_and_call_words_hold_no_distress(language: str) -> None:
    lists = (render(Text(discretion.DISTRESS), language, UTC),)
    cover = [discretion.COVER, *discretion.COVER_PAGES.values()]
    labels = [label for _, label in discretion.COVER_BUTTONS]
    for msgid in (*cover, *labels, CALL_WORDS):
        assert not discretion.is_distress(render(Text(msgid), language, UTC), lists), msgid


@pytest.mark.parametrize("language", texts.languages())
def test_twenty_words_for_a_call(language: str) -> None:
    words = _list(CALL_WORDS, language)
    assert len(set(words)) == len(words) == 20
    assert [w for w in words if " " in w or not w] == []


@pytest.mark.parametrize("language", texts.languages())
def test_number_and_words_fit_in_a_popup(language: str) -> None:
    msgid = next(m for m in _in_code() if m.startswith("{number}\n"))
    longest = sorted(_list(CALL_WORDS, language), key=len)[-2:]
    known = {"number": "+46 70 123 45 67 89", "caller": longest[0], "answer": longest[1]}
    assert len(render(Text(msgid, known), language, UTC)) <= POPUP


@pytest.mark.parametrize(
    "words",
    [
        "Hjälp mig",
        "han slår mig",
        "HAN SLOG MIG IGÅR",
        "jag är så rädd",
        "Rädd!",
        "han har en kniv",
        "han säger att han ska döda mig",
        "hjalp mig snalla",
        "jag vill inte leva längre",
        "han hotar barnen",
        "kan inte ringa polisen",
        "han tog kniven",
        "rädda oss",
        "jag är livrädd!",
        "dödshotad av honom",
    ],
)
def test_swedish_distress_is_heard(words: str) -> None:
    assert discretion.is_distress(words, (render(Text(discretion.DISTRESS), "sv", UTC),))


@pytest.mark.parametrize(
    "words",
    [
        "Jag behöver skjuts till ett förhör hos polisen",
        "Vi bor på hotell, dörren är röd",
        "Barnet ska döpas, vill döpa om kontot",
        "Jag slår dig en signal, hjälper det?",
        "Lyxig bröllopstårta",
        "Mötet är uppskjutet, vi skjuter upp det",
        "Vad händer om jag vill ha en egen advokat?",
        "Är det nödvändigt?",
        "En kille från skolan",
        "Gunilla ringde, hon äter grapefruit",
        "Kom hit med bilen, hit menar jag",
        "En knivig fråga om räddningstjänsten",
        "Jag blev chokerad",
    ],
)
def test_harmless_swedish_is_not_distress(words: str) -> None:
    lists = tuple(render(Text(discretion.DISTRESS), code, UTC) for code in texts.languages())
    assert not discretion.is_distress(words, lists), "nor by the words of another language"


# Rendering --------------------------------------------------------------------------------------


def test_values_are_filled_in() -> None:
    text = Text("You already have a ride request. {standing}.", {"standing": Text("Ride")})
    assert render(text, "en", UTC) == "You already have a ride request. Ride."
    assert render(text, "sv", UTC) == "Du har redan bett om skjuts. Skjuts."


@pytest.mark.parametrize(
    ("days", "english", "swedish"),
    [
        (0, "18:30", "18:30"),
        (1, "Sat 18:30", "lör 18:30"),
        (-1, "Thu 18:30", "tors 18:30"),
        (20, "10 Dec 18:30", "10 dec. 18:30"),
    ],
)
def test_a_time_of_another_day_names_the_day(days: int, english: str, swedish: str) -> None:
    now = datetime(2026, 11, 20, 1, 10, tzinfo=UTC)
    when = texts.Dated(datetime(2026, 11, 20, 17, 30, tzinfo=UTC) + timedelta(days), now)
    for language, expected in (("en", english), ("sv", swedish)):
        assert render(Text("{label}: {answer}", {"label": "A", "answer": when}), language, STOCKHOLM) == f"A: {expected}"  # fmt: skip


def test_numbers_are_filled_in_as_they_are() -> None:
    text = Text("Please keep it under {n} characters.", {"n": 300})
    assert render(text, "sv", UTC) == "Please keep it under 300 characters."


def test_what_has_no_translation_stays_english() -> None:
    assert render(Text("Nobody has translated this."), "sv", UTC) == "Nobody has translated this."
    assert render(Text("Exit"), "xx", UTC) == "Exit"


def test_somebodys_own_words_are_never_translated() -> None:
    assert render(texts.verbatim("Exit {phone} {"), "sv", UTC) == "Exit {phone} {"


def test_braces_in_a_value_stay() -> None:
    assert render(Text("She: {words}", {"words": "{phone} {"}), "sv", UTC) == "Hon: {phone} {"


def test_phones_are_isolated() -> None:
    assert texts.phone("+46 8 123") == "\u2066+46 8 123\u2069"


@pytest.mark.parametrize("language", [*texts.languages(), "ar"])
def test_a_phone_stays_isolated_in_a_sentence(language: str) -> None:
    msgid = "If somebody is in danger now, call {emergency}."
    assert "\u2066112\u2069" in render(
        Text(msgid, {"emergency": texts.phone("112")}), language, UTC
    )


def test_values_are_isolated_where_the_text_runs_from_right_to_left() -> None:
    assert render(Text("She: {words}", {"words": "hej"}), "ar", UTC).endswith("\u2068hej\u2069")


def test_times_are_local_and_as_the_reader_writes_them() -> None:
    summer = datetime(2026, 7, 1, 0, 14, tzinfo=UTC)
    winter = datetime(2026, 12, 1, 0, 14, tzinfo=UTC)
    assert texts.clock(summer, "sv", STOCKHOLM) == "02:14"
    assert texts.clock(winter, "sv", STOCKHOLM) == "01:14"
    assert re.fullmatch(r"02:14", texts.clock(summer, "en", STOCKHOLM))
    text = Text("Is back in the chat {time}.", {"time": summer})
    assert render(text, "sv", STOCKHOLM) == "Är tillbaka i chatten 02:14."


def test_languages_are_called_what_they_call_themselves() -> None:
    assert texts.name_of("sv") == "svenska"
    assert texts.name_of("en") == "English"
