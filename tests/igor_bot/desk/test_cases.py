"""What her doings mean for her case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from igor_bot.desk import case as desk_case
from igor_bot.desk import cases, deeds, reminders
from igor_bot.desk.case import Case, standing
from igor_bot.desk.effects import Card, DeskEffect, Due, Forget, PassOn, Post, Write
from igor_bot.desk.ladder import REMIND_AGAIN_S
from igor_bot.person import Person, Said, Submit
from tests.igor_bot.moments import CHAT_ID, JONAS, NOW, SARA, area, opened, ride, shift, shown

E = TypeVar("E")
HER = Person(CHAT_ID, "sv", "open")


def only(effects: Iterable[DeskEffect], kind: type[E]) -> list[E]:
    return [e for e in effects if isinstance(e, kind)]


def submitted(kind: str = "talk", case: Case | None = None, /, **answers: Any) -> cases.Outcome:
    return cases.submit(case, Submit(kind, answers), HER, "her", shift(), "case-1")


def to_the_police(**answers: Any) -> Case:
    case, _ = cases.add(ride(**answers), "transport", "where_to", "police", shift())
    return cases.add(case, "transport", "police_may", "all", shift())[0]


# Asking ------------------------------------------------------------------------------------------


def test_a_first_request_opens_a_case_and_starts_the_ladder() -> None:
    case, effects = submitted(danger="yes", words="hello")
    assert (case.area, case.lead, case.language, case.person) == (
        "sodermalm",
        "social",
        "sv",
        "her",
    )
    assert case.promised_at == NOW + 300
    assert case.urgent
    assert effects == (
        Card("social", (5001, 5002)),
        Due("ladder", NOW + 300, "social", 2),
    )


def test_with_somebody_on_duty_only_they_are_alerted_first() -> None:
    _, effects = cases.submit(
        None, Submit("talk", {}), HER, "her", shift(signed_on={"social": [5002]}), "case-1"
    )
    assert only(effects, Card) == [Card("social", (5002,))]
    assert only(effects, Due) == [Due("ladder", NOW + 120, "social", 1)]


def test_where_there_is_no_social_desk_a_case_opens_with_the_police() -> None:
    where = area(
        desk=[{"organisation": "police", "chat_id": -1, "language": "en", "staff": [5003]}]
    )
    case, _ = cases.submit(None, Submit("talk", {}), HER, "her", shift(where=where), "case-1")
    assert case.lead == case.talking_with == "police"


def test_a_second_request_for_somebody_who_waits_promises_anew_and_starts_the_ladder_anew() -> None:
    case, _ = submitted(danger="no")
    later = shift(NOW + 250)
    case, effects = cases.submit(case, Submit("support", {}), HER, "her", later, "other")
    assert case.id == "case-1"
    assert [r.kind for r in case.requests] == ["talk", "support"]
    assert case.promised_at == NOW + 550
    assert case.waiting_since["social"] == NOW, "she has been waiting since the first one"
    assert Forget("ladder", "social") in effects, "never two ladders at once"
    assert effects.index(Forget("ladder", "social")) < effects.index(only(effects, Due)[0])


def test_a_second_request_goes_to_the_owner() -> None:
    case, _ = deeds.claim(opened(), SARA, "", shift())
    case, effects = submitted("callback", case, number="+46701740605", when="now")
    assert only(effects, Post)[0].mention == (SARA.id,)
    assert not only(effects, Due)
    assert only(effects, Card)


@pytest.mark.parametrize("kind", ["callback", "transport"])
def test_a_chosen_time_is_reminded_of_ten_minutes_before(kind: str) -> None:
    case, effects = submitted(kind, when="later", time="18:30")
    wanted = NOW + 16 * 3600 + 20 * 60  # it is 02:10
    assert case.requests[0].wanted_at == wanted
    assert Due("agreed", wanted - 600, "social", 1) in effects


def test_as_soon_as_possible_is_no_time() -> None:
    case, effects = submitted("callback", when="now", time="18:30")
    assert case.requests[0].wanted_at is None
    assert [d.kind for d in only(effects, Due)] == ["ladder"]


def test_attachments_kept_from_before_go_along_to_the_desk_that_is_asked() -> None:
    photo = Said("photo", 7)
    case = replace(to_the_police(), talking_with="police")
    case, effects = cases.submit(
        case, Submit("support", {}, (photo,)), HER, "her", shift(), "other"
    )
    assert only(effects, PassOn) == [PassOn("social", photo, "")]


def test_numbers_in_her_own_words_are_for_the_owner_alone() -> None:
    case, _ = submitted(words="call my sister 070-174 06 05 now", danger="no")
    assert case.requests[0].answers["words"] == "call my sister ☎… now"
    assert case.guarded == (("social", "+46701740605"),)
    case, _ = cases.add(case, "talk", "name", "Ann 0701740606", shift())
    assert case.requests[0].answers["name"] == "Ann ☎…"
    assert case.guarded[1:] == (("social", "+46701740606"),)


def test_what_the_card_cuts_short_is_posted_whole() -> None:
    words = " ".join(f"word{n}" for n in range(600))[:4096]
    _, effects = submitted(words=words, danger="no")
    posted = "".join(str(p.values["answer"].values["words"]) for e in only(effects, Post) for p in e.paragraphs)  # type: ignore[attr-defined]  # fmt: skip
    assert posted == words
    assert all(e.silent for e in only(effects, Post))
    assert all(len(shown(e.paragraphs)) <= 2048 for e in only(effects, Post))


def test_an_answer_after_sending_carries_its_time() -> None:
    case, effects = cases.add(opened(), "talk", "near", "yes", shift(NOW + 60))
    assert case.requests[0].answers["near"] == "yes"
    assert case.requests[0].answered_at == {"near": NOW + 60}
    assert only(effects, Card) == [Card("social")]


def test_an_answer_to_what_is_over_changes_nothing() -> None:
    case = opened()
    case = case.with_request(replace(case.requests[0], state="done"))
    assert cases.add(case, "talk", "near", "yes", shift()) == (case, ())


# The police --------------------------------------------------------------------------------------


def test_a_ride_that_the_police_may_drive_opens_their_topic() -> None:
    case = ride(when="later", time="06:00")
    case, effects = cases.add(case, "transport", "where_to", "police", shift())
    assert "police" not in case.names
    case, effects = cases.add(case, "transport", "police_may", "ride", shift())
    assert case.names["police"] != case.names["social"]
    assert Card("police", (5003,)) in effects
    assert {(d.kind, d.organisation) for d in only(effects, Due)} == {
        ("ladder", "police"),
        ("agreed", "police"),
    }
    assert cases.add(case, "transport", "police_may", "all", shift())[0].names == case.names


@pytest.mark.parametrize("may", ["nothing", None])
def test_without_her_word_the_police_hear_nothing(may: str | None) -> None:
    case, _ = cases.add(ride(), "transport", "where_to", "police", shift())
    case, effects = cases.add(case, "transport", "police_may", may, shift())
    assert list(case.names) == ["social"]
    assert {e.organisation for e in effects if isinstance(e, Card | Post)} == {"social"}


def test_where_there_is_no_police_desk_nothing_opens() -> None:
    desks = [{"organisation": "social", "chat_id": -1, "language": "en", "staff": [5001]}]
    here = shift(where=area(desk=desks))
    case, _ = cases.add(ride(), "transport", "where_to", "police", here)
    case, _ = cases.add(case, "transport", "police_may", "all", here)
    assert list(case.names) == ["social"]


def test_the_polices_ladder_ends_when_there_is_nothing_left_to_do() -> None:
    case = to_the_police()
    _, effects = cases.climb(case, "police", 1, "+46 8", "112", shift(NOW + 120))
    assert effects
    over = case.with_request(replace(case.requests[0], state="cancelled"))
    assert cases.climb(over, "police", 1, "+46 8", "112", shift(NOW + 120))[1] == ()
    taken_back, _ = cases.add(case, "transport", "police_may", "nothing", shift())
    assert cases.climb(taken_back, "police", 1, "+46 8", "112", shift(NOW + 120))[1] == ()


def test_each_desk_is_reminded_by_its_own_pseudonym_of_what_it_may_see() -> None:
    case = to_the_police()
    case, _ = submitted("callback", case, number="+46701740605")
    for organisation, kind in (("social", "Call"), ("police", "Ride")):
        _, effects = cases.climb(case, organisation, 9, "+46 8", "112", shift(NOW + 5000))
        said = shown(only(effects, Post)[0].paragraphs)
        assert case.names[organisation] in said
        assert f"({kind})" in said
        others = [name for o, name in case.names.items() if o != organisation]
        assert not any(name in said for name in others)


def test_only_the_desk_that_leads_tells_her() -> None:
    case, told = to_the_police(), []
    for organisation in ("social", "police"):
        _, effects = cases.climb(case, organisation, 0, "+46 8", "112", shift(NOW + 5000))
        told += [organisation for e in effects if isinstance(e, Write)]
    assert told == ["social"]


# The ladder --------------------------------------------------------------------------------------


def test_she_is_told_honestly_when_nobody_has_answered() -> None:
    case, effects = cases.climb(opened(), "social", 2, "+46 8 000", "112", shift(NOW + 300))
    assert case.told_at == NOW + 300
    said = shown(only(effects, Write)[0].message.paragraphs)
    assert "nobody has been able to answer" in said
    assert "+46 8 000" in said
    assert "112" in said
    assert only(effects, Due)[0].at == NOW + 300 + REMIND_AGAIN_S


@pytest.mark.parametrize("end", ["claimed", "closed"])
def test_taken_or_closed_ends_the_ladder(end: str) -> None:
    case = opened()
    if end == "claimed":
        case, _ = deeds.claim(case, SARA, "", shift())
    else:
        case = replace(case, closed_at=NOW)
    assert cases.climb(case, "social", 1, "+46 8", "112", shift(NOW + 120)) == (case, ())


def test_an_owner_who_is_silent_is_reminded_every_five_minutes() -> None:
    case, _ = deeds.claim(opened(), SARA, "", shift())
    _, effects = reminders.owner_silent(case, "social", shift(NOW + 300))
    assert only(effects, Post)[0].mention == (SARA.id,)
    assert only(effects, Due) == [Due("first_words", NOW + 600, "social")]
    case, _ = deeds.wrote(case, SARA, shift(NOW + 310))
    assert reminders.owner_silent(case, "social", shift(NOW + 600)) == (case, ())


@pytest.mark.parametrize("state", ["done", "cancelled", "reached"])
def test_nobody_is_reminded_of_the_time_of_what_is_over(state: str) -> None:
    case, _ = submitted("callback", when="later", time="06:00")
    _, effects = reminders.agreed_time(case, "social", 1, shift())
    assert only(effects, Post)[0].mention == (5001, 5002)
    case = case.with_request(replace(case.requests[0], state=state))
    assert reminders.agreed_time(case, "social", 1, shift()) == (case, ())


# Her words ---------------------------------------------------------------------------------------


def test_her_words_go_to_whoever_she_is_talking_with_without_numbers() -> None:
    case = replace(to_the_police(), talking_with="police")
    said = Said("text", 5, "call 070-174 06 09")
    case, effects = cases.pass_on(case, said, shift(NOW + 9), acknowledge=True)
    assert effects == (PassOn("police", said, "call ☎…", False, True), Card("police"))
    assert case.guarded == (("police", "+46701740609"),)
    assert case.seen_at == NOW + 9
    assert cases.pass_on(case, said, shift())[0].guarded == case.guarded, "kept once"


def test_a_location_is_for_the_owner_alone() -> None:
    case, effects = cases.pass_on(opened(), Said("location", 5, "", "59.3, 18.0"), shift())
    assert case.guarded == (("social", "59.3, 18.0"),)
    assert only(effects, PassOn)[0].words == ""
    assert only(effects, Card)


def test_distress_calls_the_owner_without_a_word_to_her() -> None:
    case, _ = deeds.claim(opened(), SARA, "", shift())
    case, effects = cases.distress(case, shift(NOW + 60))
    assert case.urgent
    assert only(effects, Post)[0].mention == (SARA.id,)
    assert not only(effects, Write)


# Stops and changes from the chat -------------------------------------------------------------------


def test_a_stop_from_the_chat_only_pauses_and_tells_the_owner() -> None:
    case, _ = deeds.claim(ride(), SARA, "", shift())
    case, _ = deeds.ride(case, SARA, "heard", shift())
    case, effects = cases.ask_stop(case, "1", shift())
    request = case.requests[0]
    assert (request.state, request.over) == ("paused", False)
    assert request.heard is None, "she is to be heard about it"
    assert "unverified" in shown(only(effects, Post)[0].paragraphs)
    assert only(effects, Post)[0].mention == (SARA.id,)


def test_a_change_from_the_chat_changes_nothing_by_itself() -> None:
    case = ride()
    after, effects = cases.ask_change(case, "1", "come to 0701740699 instead", shift())
    request = after.requests[0]
    assert request.answers == case.requests[0].answers
    assert request.changes == ((NOW, ""),), "a new meeting place is for the owner alone"
    assert after.guarded == (
        ("social", "+46701740699"),
        ("social", "come to 0701740699 instead"),
    )
    assert "come to" not in shown(only(effects, Post)[0].paragraphs)


@pytest.mark.parametrize("number", ["2", "", "x", "-1"])
def test_no_such_request(number: str) -> None:
    case = opened()
    assert cases.ask_stop(case, number, shift()) == (case, ())
    assert cases.ask_change(case, number, "words", shift()) == (case, ())


# Leaving and coming back ---------------------------------------------------------------------------


@pytest.mark.parametrize(("blocked", "said"), [(False, "do not write"), (True, "blocked")])
def test_every_desk_sees_that_she_left(blocked: bool, said: str) -> None:
    case, effects = cases.left(to_the_police(), blocked, shift(NOW + 240))
    assert (case.left_at, case.blocked) == (NOW + 240, blocked)
    posts = only(effects, Post)
    assert {p.organisation for p in posts} == {"social", "police"}
    assert all(said in shown(p.paragraphs) and "02:14" in shown(p.paragraphs) for p in posts)
    case, effects = cases.returned(case, shift(NOW + 600))
    assert (case.left_at, case.blocked) == (None, False)
    assert len(only(effects, Post)) == 2


def test_coming_back_without_having_left_is_no_news() -> None:
    case, effects = cases.returned(opened(), shift(NOW + 60))
    assert case.seen_at == NOW + 60
    assert effects == ()


# What the conversation may know --------------------------------------------------------------------


def test_standing_says_who_has_what_and_no_more() -> None:
    case = to_the_police()
    case, _ = submitted("support", case, reach="chat")
    assert standing(case).requests == (("1", "transport", "open"), ("2", "support", "open"))
    assert not standing(case).claimed
    case, _ = deeds.claim(case, JONAS, "", shift())
    assert standing(case).requests == (("1", "transport", "taken"), ("2", "support", "open"))
    assert standing(case).claimed, "the police read her words now"
    assert not standing(case).taken_up, "and nobody has taken what else she asked for"
    case, _ = deeds.claim(case, SARA, "", shift())
    assert standing(case).requests == (("1", "transport", "taken"), ("2", "support", "taken"))
    assert standing(case).taken_up


def test_a_case_survives_being_written_out() -> None:
    case, _ = deeds.claim(to_the_police(), SARA, "", shift())
    case, _ = cases.ask_change(case, "1", "later, 0701740699", shift())
    case, _ = cases.left(case, False, shift())
    case = replace(case, hinted=("social",))
    assert desk_case.from_json(json.loads(json.dumps(desk_case.to_json(case)))) == case


def test_the_police_are_not_reminded_of_a_time_she_has_taken_back() -> None:
    case = to_the_police(when="later", time="06:00")
    assert reminders.agreed_time(case, "police", 1, shift())[1]
    case, _ = cases.add(case, "transport", "police_may", "nothing", shift())
    assert reminders.agreed_time(case, "police", 1, shift()) == (case, ())
    assert reminders.agreed_time(case, "social", 1, shift())[1]


def test_an_owner_is_not_urged_before_a_call_at_a_chosen_time() -> None:
    case, _ = submitted("callback", when="later", time="06:00")
    wanted = case.requests[0].wanted_at
    assert wanted is not None
    assert reminders.first_words(case, "social", shift()).at == wanted + 300
    case, _ = submitted("support", case, reach="chat")
    assert reminders.first_words(case, "social", shift()).at == NOW + 300
