"""A message as Telegram wants it: lengths and offsets in UTF-16 units, keyboards, pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import render
from igor_bot.messages import EXIT, Button, Say
from igor_bot.texts import Text, verbatim
from tests.igor_bot.moments import ZONE


def units(shown: str) -> int:
    return len(shown.encode("utf-16-le", "surrogatepass")) // 2


def mentioned(text: str, entity: dict[str, object]) -> str:
    """What Telegram takes for the mention."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    start, length = int(str(entity["offset"])), int(str(entity["length"]))
    return encoded[2 * start : 2 * (start + length)].decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    "names", [["Sara"], ["Sara", "Elin"], ["😀Sara👩🏽‍⚕️", "Ångström", "🇸🇪", "x"], ["سارة", "Ole"]]
)
def test_mentions_count_utf16_units(names: list[str]) -> None:
    people = [(5000 + n, name) for n, name in enumerate(names)]
    params = render.post([verbatim("words 😀")], "en", ZONE, mention=people)
    for (worker, name), entity in zip(people, params["entities"], strict=True):
        assert mentioned(params["text"], entity) == name
        assert entity["type"] == "text_mention"
        assert entity["user"]["id"] == worker
    assert params["text"].endswith("\nwords 😀")


@given(st.lists(st.text(alphabet="ab😀🏽é", min_size=1, max_size=8), max_size=5))
def test_any_names(names: list[str]) -> None:
    people = list(enumerate(names))
    params = render.post([verbatim("x")], "en", ZONE, mention=people)
    entities = params.get("entities", [])
    assert [mentioned(params["text"], e) for e in entities] == names


def test_a_post_without_mentions_has_none() -> None:
    params = render.post([verbatim("one"), verbatim("two")], "en", ZONE, silent=True)
    assert params["text"] == "one\ntwo"
    assert "entities" not in params
    assert "reply_markup" not in params
    assert params["disable_notification"] is True
    assert params["protect_content"] is True
    assert render.post([verbatim("x")], "en", ZONE)["disable_notification"] is False


def test_a_private_message_makes_no_sound_and_cannot_be_passed_on() -> None:
    say = Say((Text("Back"), verbatim("words")), ((EXIT,),), question=True)
    params = render.private(say, "sv", ZONE)
    assert params["text"] == "Tillbaka\n\nwords"
    assert params["disable_notification"] is True
    assert params["protect_content"] is True
    assert params["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in params, "her words are never read as markup"
    assert "reply_markup" not in render.private(Say((Text("Back"),)), "en", ZONE)


def test_keyboards() -> None:
    rows = ((Button(Text("Back"), "back"), EXIT), (Button(verbatim("Copy 112"), copy="112"),))
    assert render.keyboard(rows, "sv", ZONE) == {
        "inline_keyboard": [
            [
                {"text": "Tillbaka", "callback_data": "back"},
                {"text": render.texts.render(EXIT.label, "sv", ZONE), "callback_data": "exit"},
            ],
            [{"text": "Copy 112", "copy_text": {"text": "112"}}],
        ]
    }


@pytest.mark.parametrize("letter", ["a", "å", "😀"])
@pytest.mark.parametrize("times", [1, 2047, 2048, 2049, 4095, 4096, 4097, 9000])
def test_no_message_is_too_long(letter: str, times: int) -> None:
    words = letter * times
    for params in (
        render.private(Say((verbatim(words),)), "en", ZONE),
        render.post([verbatim(words)], "en", ZONE, mention=[(1, "😀Sara")]),
    ):
        assert units(params["text"]) <= 4096
        params["text"].encode("utf-8")
    assert render.private(Say((verbatim("b" * 4096),)), "en", ZONE)["text"] == "b" * 4096


@given(st.text(alphabet="a å\n😀🏽", max_size=60), st.integers(2, 12))
def test_pieces_are_all_of_it_and_each_fits(words: str, size: int) -> None:
    pieces = render.chunks(words, size)
    assert "".join(pieces) == words
    assert all(units(piece) <= size for piece in pieces)
    assert pieces == [""] or all(pieces)


def test_ordinary_words_are_one_piece() -> None:
    assert render.chunks("hello") == ["hello"]
    assert render.chunks("") == [""]
    longest = render.chunks("😀" * 2048)
    assert all(units(f"She has corrected: {piece}") <= 4096 for piece in longest)
