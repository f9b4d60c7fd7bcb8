"""What duty workers do: each deed, and each time that it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from igor_bot import texts
from igor_bot.desk import cases, deeds
from igor_bot.desk.case import Case
from igor_bot.desk.effects import (
    Card,
    CloseTopics,
    DeskEffect,
    Due,
    Forget,
    Markup,
    Popup,
    Post,
    Worker,
    Write,
)
from igor_bot.desk.phrases import PHRASES
from igor_bot.errors import Refused
from igor_bot.texts import Text
from tests.igor_bot.desk.test_cases import only, submitted, to_the_police
from tests.igor_bot.moments import (
    ELIN,
    JONAS,
    LANGUAGES,
    NOW,
    SARA,
    ZONE,
    opened,
    ride,
    shift,
    shown,
)

NADIA = Worker(5004, "Nadia", "police")


def claimed(case: Case | None = None, worker: Worker = SARA) -> Case:
    return deeds.claim(case or opened(), worker, "", shift())[0]


def refused(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        deed()
    reason = refusal.value.reason
    assert isinstance(reason, Text)
    for language in LANGUAGES:
        assert len(texts.render(reason, language, ZONE)) <= 200
    return texts.render(reason, "en", ZONE)


def buttons(effects: tuple[DeskEffect, ...]) -> list[str]:
    return [b.data for m in only(effects, Markup) for row in m.rows for b in row]


# Claim and release ---------------------------------------------------------------------------------


def test_a_claim_takes_the_case_and_tells_her_that_a_person_has_it() -> None:
    case, effects = deeds.claim(opened(), SARA, "", shift())
    assert case.owners == {"social": SARA.id}
    assert Forget("ladder", "social") in effects
    assert only(effects, Due) == [Due("first_words", NOW + 300, "social")]
    said = only(effects, Write)[0]
    assert said.worker
    assert "a person, not the robot" in shown(said.message.paragraphs)
    assert "Sara" not in shown(said.message.paragraphs)


def test_the_second_is_told_who_has_it() -> None:
    case = claimed()
    assert refused(lambda: deeds.claim(case, ELIN, "", shift())) == "Sara already has it."
    assert refused(lambda: deeds.claim(case, SARA, "", shift())) == "You already have it."


def test_one_owner_on_each_desk() -> None:
    case = claimed(claimed(to_the_police()), JONAS)
    assert case.owners == {"social": SARA.id, "police": JONAS.id}
    assert case.talking_with == "police"
    assert refused(lambda: deeds.claim(case, NADIA, "", shift())) == "Jonas already has it."


def test_a_release_starts_the_ladder_anew_and_promises_anew() -> None:
    case, effects = deeds.release(claimed(), SARA, "", shift(NOW + 900))
    assert case.owners == {}
    assert case.promised_at == NOW + 1200
    assert case.waiting_since["social"] == NOW
    assert {("first_words", "social"), ("ladder", "social")} == {
        (f.kind, f.organisation) for f in only(effects, Forget)
    }
    assert only(effects, Due) == [Due("ladder", NOW + 1200, "social", 2)]
    assert only(effects, Post)[0].mention == (5001, 5002)
    said = shown(only(effects, Write)[0].message.paragraphs)
    assert "02:30" in said, "by when she hears how it stands"
    assert claimed(case, ELIN).owners == {"social": ELIN.id}
    assert "social" not in claimed(case, ELIN).spoke_at


def test_the_polices_release_is_not_her_news() -> None:
    case = claimed(claimed(to_the_police()), JONAS)
    case, effects = deeds.release(case, JONAS, "", shift())
    assert not only(effects, Write)
    assert case.owners == {"social": SARA.id}
    assert case.talking_with == "social", "her words find somebody who reads them"


# Only the owner --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "value"),
    [
        ("release", ""),
        ("show", "more"),
        ("call", "reached"),
        ("ride", "heard"),
        ("ride", "accepted"),
        ("close", ""),
        ("outcome", "helped"),
        ("outcome", ""),
        ("phrase", ""),
        ("phrase", "0"),
    ],
)
def test_only_the_owner(deed: str, value: str) -> None:
    do = deeds.DEEDS[deed]
    case = to_the_police()
    assert refused(lambda: do(case, SARA, value, shift())) == "Claim the case first."
    case = claimed(case)
    assert refused(lambda: do(case, ELIN, value, shift())) == "Sara has this case."
    assert refused(lambda: do(case, JONAS, value, shift())) == "Claim the case first."
    closed = replace(case, closed_at=NOW)
    assert refused(lambda: do(closed, SARA, value, shift())) == "This case is closed."


def test_writing_is_the_owners_too() -> None:
    case = claimed()
    assert refused(lambda: deeds.wrote(case, ELIN, shift())) == "Sara has this case."
    case, effects = deeds.wrote(case, SARA, shift())
    assert effects == (Forget("first_words", "social"),)
    assert deeds.wrote(case, SARA, shift())[1] == ()


def test_a_closed_case_cannot_be_claimed() -> None:
    case = replace(opened(), closed_at=NOW)
    assert refused(lambda: deeds.claim(case, SARA, "", shift())) == "This case is closed."


@pytest.mark.parametrize(
    ("deed", "value"),
    [("call", ""), ("call", "maybe"), ("ride", "flown"), ("outcome", "x"), ("phrase", "10")],
)
def test_buttons_of_another_time_are_refused(deed: str, value: str) -> None:
    case = claimed(ride())
    assert "no longer" in refused(lambda: deeds.DEEDS[deed](case, SARA, value, shift()))


def test_the_contracts_deeds_are_there() -> None:
    assert {"claim", "release", "show", "call", "ride", "outcome", "close"} <= set(deeds.DEEDS)


# Calls and rides -------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", list(deeds.CALL_RESULTS))
def test_a_call_is_logged(result: str) -> None:
    case = claimed(submitted("callback", number="+46701740605", when="now")[0])
    case, effects = deeds.call(case, SARA, result, shift())
    assert case.requests[0].state == result
    assert case.requests[0].over == (result == "reached")
    assert Forget("first_words", "social") in effects
    logged = only(effects, Post)[0]
    assert logged.silent
    assert "02:10" in shown(logged.paragraphs)
    assert "+46" not in shown(logged.paragraphs)


def test_the_polices_call_does_not_settle_a_callback_of_social_services() -> None:
    case, _ = submitted("callback", to_the_police(), number="+46701740605", when="now")
    case, _ = deeds.call(claimed(case, JONAS), JONAS, "reached", shift())
    states = {r.kind: (r.state, r.heard) for r in case.requests}
    assert states == {"transport": ("open", "heard"), "callback": ("open", None)}


@pytest.mark.parametrize("step", [s for s in deeds.RIDE_STEPS if s != "cancelled"])
def test_no_car_moves_before_she_was_heard(step: str) -> None:
    case = claimed(ride())
    assert "Hear her first" in refused(lambda: deeds.ride(case, SARA, step, shift()))


@pytest.mark.parametrize("how", list(deeds.HEARD))
def test_a_ride_moves_on_once_she_was_heard_or_the_reason_recorded(how: str) -> None:
    case, effects = deeds.ride(claimed(ride()), SARA, how, shift())
    assert case.requests[0].heard == how
    assert not only(effects, Write), "it is no news to her"
    for step in deeds.RIDE_STEPS:
        moved, effects = deeds.ride(case, SARA, step, shift())
        news = only(effects, Write)[0]
        assert moved.requests[0].state == step
        assert news.quiet, "she sees it when she opens the chat"
        said = shown(news.message.paragraphs)
        assert not any(secret in said for secret in ("church", "+46", "02:10", "police"))


def test_a_call_that_reached_her_counts_as_heard() -> None:
    case, _ = deeds.call(claimed(ride()), SARA, "reached", shift())
    assert case.requests[0].heard == "heard"
    case, _ = deeds.call(claimed(ride()), SARA, "no_answer", shift())
    assert case.requests[0].heard is None


def test_a_stop_or_change_from_the_chat_must_be_heard_anew() -> None:
    heard, _ = deeds.ride(claimed(ride()), SARA, "heard", shift())
    stopped, _ = cases.ask_stop(heard, "1", shift())
    changed, _ = cases.ask_change(heard, "1", "another place", shift())
    assert "Hear her" in refused(lambda: deeds.ride(stopped, SARA, "cancelled", shift()))
    assert "Hear her" in refused(lambda: deeds.ride(changed, SARA, "on_the_way", shift()))
    again, _ = deeds.ride(stopped, SARA, "heard", shift())
    assert deeds.ride(again, SARA, "cancelled", shift())[0].requests[0].over


def test_both_desks_follow_a_ride() -> None:
    case = claimed(claimed(to_the_police()), JONAS)
    case, _ = deeds.ride(case, JONAS, "heard", shift())
    _, effects = deeds.ride(case, JONAS, "accepted", shift())
    assert {p.organisation for p in only(effects, Post)} == {"social", "police"}
    assert {c.organisation for c in only(effects, Card)} == {"social", "police"}


def test_no_ride_no_step() -> None:
    assert "no ride" in refused(lambda: deeds.ride(claimed(), SARA, "accepted", shift()))


def test_the_police_move_only_rides_that_are_theirs() -> None:
    case = claimed(to_the_police(), JONAS)
    done = case.with_request(replace(case.requests[0], state="done"))
    second, _ = submitted("transport", done, when="now", pickup="At work", people=1)
    assert "no ride" in refused(lambda: deeds.ride(second, JONAS, "heard", shift()))


# Closing ---------------------------------------------------------------------------------------------


def test_close_asks_how_it_ended() -> None:
    case = claimed()
    name = case.names["social"]
    after, effects = deeds.close(case, SARA, "", shift())
    assert after == case
    assert buttons(effects) == [
        *(f"desk:outcome:{name}:{key}" for key in deeds.OUTCOMES),
        f"desk:outcome:{name}",
    ]
    assert deeds.outcome(case, SARA, "", shift()) == (case, (Card("social"),))


@pytest.mark.parametrize("how", list(deeds.OUTCOMES))
def test_an_outcome_closes(how: str) -> None:
    case, effects = deeds.outcome(claimed(to_the_police()), SARA, how, shift())
    assert (case.outcome, case.closed_at) == (how, NOW)
    assert Forget("") in effects
    assert effects[-1] == CloseTopics()
    assert only(effects, Write)[0].worker
    assert {c.organisation for c in only(effects, Card)} == {"social", "police"}


def test_the_police_do_not_close_what_is_not_theirs() -> None:
    case = claimed(claimed(to_the_police()), JONAS)
    assert refused(lambda: deeds.close(case, JONAS, "", shift()))
    assert refused(lambda: deeds.outcome(case, JONAS, "helped", shift()))


# Phrases ---------------------------------------------------------------------------------------------


def test_ten_phrases_in_her_language() -> None:
    case = claimed()
    _, effects = deeds.phrase(case, SARA, "", shift())
    assert len(PHRASES) == 10
    assert len(buttons(effects)) == 11
    for n, phrase in enumerate(PHRASES):
        after, effects = deeds.phrase(case, SARA, str(n), shift())
        said = only(effects, Write)[0]
        assert said.worker
        assert [p.msgid for p in said.message.paragraphs] == [phrase]
        assert Forget("first_words", "social") in effects
        assert after.spoke_at == {"social": NOW}
    assert deeds.phrase(case, SARA, "back", shift()) == (case, (Card("social"),))


def test_pop_ups_are_for_the_desk_that_pressed() -> None:
    case = to_the_police()
    for worker in (SARA, JONAS):
        _, effects = deeds.claim(case, worker, "", shift())
        assert [p.organisation for p in only(effects, Popup)] == [worker.organisation]
