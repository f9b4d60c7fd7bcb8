"""Turns in a chat that properties alone would not name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from igor_bot import replies, texts
from igor_bot.messages import Say
from igor_bot.person import (
    Blocked,
    Corrected,
    Effect,
    Exited,
    Left,
    Pressed,
    Relay,
    Said,
    Speaks,
    Started,
    Submit,
    Vanish,
    Wrote,
)
from tests.igor_bot.life import Life
from tests.igor_bot.moments import SARA, ZONE


def inside() -> Life:
    life = Life()
    life.attend(Started())
    here(life, "welcome:language:en")
    here(life, "welcome:gate:yes")
    return life


def here(life: Life, data: str) -> tuple[Effect, ...]:
    return life.attend(Pressed(data, True))


def wrote(life: Life, words: str, kind: str = "text") -> tuple[Effect, ...]:
    return life.attend(Wrote(Said(kind, 77, words)))


def said(effects: tuple[Effect, ...]) -> str:
    parts = [p for e in effects if isinstance(e, Say) for p in e.paragraphs]
    return "\n".join(texts.render(p, "en", ZONE) for p in parts)


def asked() -> Life:
    """She has asked to talk; nobody has taken it."""
    life = inside()
    for data in ("go:talk", "talk:danger:no"):
        here(life, data)
    wrote(life, "hello")
    here(life, "cancel")
    return life


def test_what_was_parked_is_not_lost_when_two_conversations_change_places() -> None:
    life = inside()
    for data in ("go:callback", "callback:danger:no", "go:transport", "transport:danger:yes"):
        here(life, data)
    for name, key in (("callback", "number"), ("transport", "danger_place")) * 2:
        here(life, f"go:{name}")
        place, parked = life.person.place, life.person.parked
        assert place is not None
        assert parked is not None
        assert (place.flow, place.step) == (name, key)
        assert {place.flow, parked.flow} == {"callback", "transport"}


def test_what_cannot_be_passed_on_is_said_past_the_gate_only() -> None:
    life = Life()
    effects = wrote(life, "", "other")
    assert replies.UNSENDABLE not in said(effects)
    here(life, "welcome:language:en")
    effects = here(life, "welcome:gate:yes")
    assert replies.UNSENDABLE in said(effects)
    assert life.person.kept == ()
    assert life.person.place is not None
    assert life.person.place.step == "menu"


def test_what_was_written_before_the_gate_is_offered_and_sent_only_on_her_word() -> None:
    for answer, sent in (("send", True), ("drop", False)):
        life = asked()
        life.attend(Exited())
        life.attend(Started())
        assert not any(isinstance(e, Relay) for e in wrote(life, "are you there"))
        effects = here(life, "welcome:gate:yes")
        assert "Shall I send this" in said(effects)
        effects = here(life, f"welcome:kept:{answer}")
        assert any(isinstance(e, Relay) for e in effects) == sent
        assert life.person.kept == ()
        again = wrote(life, "send")
        assert any(isinstance(e, Relay) for e in again), "these are words again, no answer"


def test_a_number_is_shown_back_as_it_was_read() -> None:
    life = inside()
    for data in ("go:callback", "callback:danger:no"):
        here(life, data)
    effects = wrote(life, "070-174 06 05")
    assert "+46 70 174 06 05" in said(effects)
    assert texts.phone("+46 70 174 06 05") in said(effects), "isolated, for right-to-left readers"


def test_a_photo_with_words_of_distress_still_brings_its_hint() -> None:
    life = asked()
    effects = wrote(life, "he hits me", "photo")
    assert replies.KEEP_ORIGINAL in said(effects)
    assert "call" in said(effects)
    assert replies.KEEP_ORIGINAL not in said(wrote(life, "", "photo")), "once"


def test_words_of_distress_without_a_case_bring_numbers_and_are_kept() -> None:
    life = inside()
    effects = wrote(life, "I am so afraid")
    copied = [
        b.copy for e in effects if isinstance(e, Say) for row in e.rows for b in row if b.copy
    ]
    assert "112" in copied
    assert [k.words for k in life.person.kept] == ["I am so afraid"]


def test_a_claimed_case_gets_distress_without_a_panel() -> None:
    life = asked()
    life.deed(SARA, "claim", "")
    effects = wrote(life, "I am so afraid")
    assert said(effects) == ""
    assert effects[0] == Relay(Said("text", 77, "I am so afraid"), acknowledge=True)
    assert life.case is not None
    assert life.case.urgent


def test_a_second_ride_is_refused_with_kind_and_state_only() -> None:
    life = inside()
    for data in ("go:transport", "transport:danger:no", "transport:when:now"):
        here(life, data)
    wrote(life, "By the church")
    wrote(life, "0701740605")
    here(life, "transport:people:2")
    assert any(isinstance(e, Submit) for e in here(life, "transport:send:send"))
    here(life, "cancel")
    answer = said(here(life, "go:transport"))
    assert "You already have a ride request. Ride: waiting" in answer
    assert "church" not in answer
    assert "70" not in answer


def test_own_violence_from_an_account_with_a_case_gets_numbers_only() -> None:
    life = asked()
    here(life, "go:others")
    answer = said(here(life, "others:who:own"))
    assert answer.startswith("Numbers to call")


def test_whoever_asks_about_somebody_learns_the_same_with_and_without_a_case() -> None:
    answers = set()
    for life in (inside(), asked()):
        here(life, "go:others")
        answers.add(said(wrote(life, "has Amina Berg been in touch?")))
    assert len(answers) == 1


@pytest.mark.parametrize("times", [1, 2, 3])
def test_quick_exit_again_and_again(times: int) -> None:
    life = asked()
    for n in range(times):
        effects = life.attend(Exited())
        assert effects[0] == Vanish()
        assert (Left() in effects) == (n == 0), "the desk hears it once"


def test_a_block_tells_the_desk_and_she_may_come_back() -> None:
    life = asked()
    assert life.attend(Blocked()) == (Left(blocked=True),)
    assert "Can you read" in said(life.attend(Started()))


def test_start_in_the_middle_keeps_the_answers_and_asks_the_gate_again() -> None:
    life = inside()
    for data in ("go:callback", "callback:danger:no"):
        here(life, data)
    before = life.person.place
    assert "Can you read" in said(life.attend(Started()))
    here(life, "welcome:gate:yes")
    assert life.person.place == before


def test_after_quick_exit_start_leads_to_the_gate_and_nothing_earlier() -> None:
    life = inside()
    for data in ("go:callback", "callback:danger:no"):
        here(life, data)
    life.attend(Exited())
    life.attend(Started())
    here(life, "welcome:gate:yes")
    person = life.person
    assert person.parked is None
    assert person.place is not None
    assert person.place.step == "menu"
    assert replace(person.place, answers={}) == person.place


def test_an_edit_goes_back_to_the_desk_that_read_the_original() -> None:
    life = asked()
    changed = Said("text", 77, "hello, five o'clock")
    effects = life.attend(Corrected(changed, "social"))
    assert effects == (Relay(changed, corrected=True, acknowledge=True, to="social"),)


@pytest.mark.parametrize("stage", ["open", "gate", "left"])
def test_a_live_location_is_answered_by_nothing(stage: str) -> None:
    life = asked()
    if stage == "left":
        life.attend(Exited())
    elif stage == "gate":
        life.attend(Started())
    before = life.person
    spot = Said("location", 77, "", "59.30000, 18.00000")
    life.now += 600
    effects = life.attend(Corrected(spot, "social"))
    expected = (Relay(spot, corrected=True, to="social"),) if stage == "open" else ()
    assert effects == expected
    assert life.attend(Corrected(spot)) == ()
    assert life.person == before, "it is no sign that she is there"


def test_a_location_that_is_kept_moves_along() -> None:
    life = inside()
    life.attend(Wrote(Said("location", 77, "", "59.30000, 18.00000")))
    moved = Said("location", 77, "", "59.40000, 18.00000")
    assert life.attend(Corrected(moved)) == ()
    assert life.person.kept == (moved,)


def test_thirty_messages_are_kept_and_she_is_told() -> None:
    for life in (inside(), Life()):
        told = [
            replies.KEPT_FULL in said(life.attend(Wrote(Said("text", n, f"word {n}"))))
            for n in range(35)
        ]
        assert [k.words for k in life.person.kept] == [f"word {n}" for n in range(30)]
        if life.person.stage == "open":
            assert told == [False] * 30 + [True] * 5
        else:
            assert not any(told), "nothing is shown before the gate"
            here(life, "welcome:language:en")
            assert replies.KEPT_FULL in said(here(life, "welcome:gate:yes"))


def test_thirty_attachments_go_along() -> None:
    life = inside()
    for data in ("go:callback", "callback:danger:no"):
        here(life, data)
    for _ in range(30):
        assert replies.KEPT_FULL not in said(wrote(life, "", "photo"))
    answer = said(wrote(life, "", "photo"))
    assert replies.KEPT_FULL in answer
    assert replies.GOES_ALONG not in answer
    assert len(life.person.kept) == 30


@pytest.mark.parametrize(("taken", "told"), [(True, "told the duty worker"), (False, "noted it")])
def test_a_stop_is_not_said_to_be_with_somebody_where_nobody_has_it(taken: bool, told: str) -> None:
    life = asked()
    if taken:
        life.deed(SARA, "claim", "")
    here(life, "go:requests")
    assert told in said(here(life, "requests:what:stop"))


def test_the_desk_hears_of_her_language() -> None:
    for life, expected in ((asked(), True), (inside(), False)):
        here(life, "go:privacy")
        here(life, "privacy:what:language")
        effects = here(life, "privacy:language:sv")
        assert (Speaks("sv") in effects) == expected
    assert life.person.language == "sv"
