"""What each of two desks hears, for as long as she agreed to it."""

from __future__ import annotations

from dataclasses import replace

from igor_bot.desk import card, cases, deeds, reminders
from igor_bot.desk.case import Case
from igor_bot.desk.effects import Card, Due, Forget, PassOn, Post, Worker
from igor_bot.person import Said
from tests.igor_bot.desk.test_cases import only, to_the_police
from tests.igor_bot.desk.test_deeds import NADIA, claimed, refused
from tests.igor_bot.moments import ELIN, JONAS, NOW, SARA, area, desk_context, opened, shift, shown


def with_both() -> Case:
    """Sara and Jonas have it; the police talk with her."""
    return claimed(claimed(to_the_police()), JONAS)


def taken_back(case: Case) -> Case:
    return cases.add(case, "transport", "police_may", "nothing", shift())[0]


def driven(case: Case, worker: Worker = JONAS) -> Case:
    case, _ = deeds.ride(case, worker, "heard", shift())
    return deeds.ride(case, worker, "done", shift())[0]


def seen(case: Case, organisation: str) -> str:
    return shown(card.card(case, organisation, desk_context(organisation)))


def test_a_correction_goes_to_where_the_original_went() -> None:
    case = with_both()
    assert case.talking_with == "police"
    said = Said("text", 5, "call 070-174 06 09")
    case, effects = cases.pass_on(case, said, shift(), corrected=True, to="social")
    assert [p.organisation for p in only(effects, PassOn)] == ["social"]
    assert case.guarded == (("social", "+46701740609"),)
    assert case.talking_with == "police"


def test_a_live_location_changes_the_newest_coordinates_and_nothing_else() -> None:
    case = replace(with_both(), guarded=(("social", "59.10000, 18.00000"),))
    for n in range(9):
        case, _ = cases.pass_on(case, Said("text", n, f"070174060{n}"), shift())
    case, _ = cases.pass_on(case, Said("location", 50, "", "59.30000, 18.00000"), shift())
    case, _ = cases.pass_on(case, Said("text", 51, "0701740699"), shift())
    before = case
    for n in range(5):
        said = Said("location", 50, "", f"59.3000{n}, 18.00001")
        later = shift(NOW + 60 * n)
        case, effects = cases.pass_on(case, said, later, corrected=True, to="police")
        assert effects == ()
    assert len(case.guarded) == len(before.guarded)
    changed = set(case.guarded) - set(before.guarded)
    assert changed == {("police", "59.30004, 18.00001")}
    assert replace(case, guarded=before.guarded) == before, "it is no sign of her"


def test_only_a_desk_that_the_ride_concerns_hears_of_it() -> None:
    case = taken_back(with_both())
    case, effects = deeds.ride(case, SARA, "heard", shift())
    assert {e.organisation for e in effects if isinstance(e, Card)} == {"social"}
    _, effects = deeds.ride(case, SARA, "on_the_way", shift())
    assert {e.organisation for e in effects if isinstance(e, Card | Post)} == {"social"}


def test_the_police_neither_take_nor_write_once_she_has_taken_it_back() -> None:
    waiting = taken_back(claimed(to_the_police()))
    assert "nothing left to do" in refused(lambda: deeds.claim(waiting, JONAS, "", shift()))
    assert card.buttons(waiting, "police") == ()
    case = taken_back(with_both())
    assert case.talking_with == "social"
    assert "nothing left to do" in refused(lambda: deeds.wrote(case, JONAS, shift()))
    assert "nothing left to do" in refused(lambda: deeds.phrase(case, JONAS, "0", shift()))
    assert "In the chat" not in seen(case, "police")
    assert reminders.owner_silent(case, "police", shift(NOW + 300)) == (case, ())
    released, effects = deeds.release(case, JONAS, "", shift())
    assert released.owners == {"social": SARA.id}
    assert not only(effects, Due)
    assert not only(effects, Post)


def test_after_the_ride_she_talks_with_the_desk_that_leads() -> None:
    case = driven(with_both())
    assert case.talking_with == "social"
    assert "nothing left to do" in refused(lambda: deeds.wrote(case, JONAS, shift()))
    _, effects = cases.left(case, False, shift())
    assert {p.organisation for p in only(effects, Post)} == {"social"}


def test_how_it_ended_stands_on_the_leading_desks_card_alone() -> None:
    case, _ = deeds.outcome(with_both(), SARA, "withdrawn", shift())
    assert "Closed 02:10: She did not want to go on." in seen(case, "social")
    assert "Closed 02:10." in seen(case, "police")
    assert "did not want" not in seen(case, "police")


# An owner who goes quiet --------------------------------------------------------------------------


def test_a_quiet_owner_is_reminded_alone_first_then_everybody_and_another_may_take_over() -> None:
    case = claimed()
    case, effects = reminders.owner_silent(case, "social", shift(NOW + 300))
    assert only(effects, Post)[0].mention == (SARA.id,)
    assert refused(lambda: deeds.claim(case, ELIN, "", shift())) == "Sara already has it."
    case, effects = reminders.owner_silent(case, "social", shift(NOW + 600))
    assert only(effects, Post)[0].mention == (SARA.id, ELIN.id)
    assert any("desk:claim" in b.data for row in card.buttons(case, "social") for b in row)
    assert refused(lambda: deeds.claim(case, SARA, "", shift())) == "You already have it."
    over, effects = deeds.claim(case, ELIN, "", shift(NOW + 700))
    assert (over.owners, over.owner_names) == ({"social": ELIN.id}, {"social": "Elin"})
    assert over.reminders == {}
    assert Forget("first_words", "social") in effects
    assert only(effects, Due) == [Due("first_words", NOW + 1000, "social")]
    written, _ = deeds.wrote(case, SARA, shift(NOW + 700))
    assert written.reminders == {}
    assert refused(lambda: deeds.claim(written, ELIN, "", shift())) == "Sara already has it."


def test_an_owner_who_no_longer_works_at_the_desk_counts_as_none() -> None:
    desks = [{"organisation": "social", "chat_id": -1, "language": "en", "staff": [5002]}]
    here = shift(NOW + 60, where=area(desk=desks))
    case, _ = deeds.wrote(claimed(), SARA, shift())
    taken, _ = deeds.claim(case, ELIN, "", here)
    assert taken.owners == {"social": ELIN.id}
    case, effects = cases.pass_on(case, Said("text", 1, "hello?"), here)
    assert case.owners == {}
    assert only(effects, Post)[0].mention == (ELIN.id,)
    assert [d.kind for d in only(effects, Due)] == ["ladder"]
    assert only(effects, PassOn)
    silent, effects = reminders.owner_silent(claimed(), "social", here)
    assert silent.owners == {}
    assert Forget("first_words", "social") in effects


def test_nobody_else_takes_over_from_another_desk() -> None:
    case = with_both()
    for n in (300, 600):
        case, _ = reminders.owner_silent(case, "social", shift(NOW + n))
    assert refused(lambda: deeds.claim(case, NADIA, "", shift())) == "Jonas already has it."


# What is paused -------------------------------------------------------------------------------------


def paused(kind: str = "talk") -> Case:
    return cases.ask_stop(claimed(opened(kind, danger="no")), "1", shift())[0]


def test_the_owner_goes_on_with_what_is_paused_or_ends_it() -> None:
    case = paused()
    name = case.names["social"]
    there = [b.data for row in card.buttons(case, "social") for b in row]
    for value, state in (("resume-1", "open"), ("end-1", "done")):
        assert f"desk:outcome:{name}:{value}" in there
        after, effects = deeds.outcome(case, SARA, value, shift())
        assert after.requests[0].state == state
        assert after.closed_at is None
        assert only(effects, Post)[0].silent
        assert not any(f":{value}" in b.data for row in card.buttons(after, "social") for b in row)
        assert refused(lambda after=after, value=value: deeds.outcome(after, SARA, value, shift()))  # type: ignore[misc]
    for value in ("resume-2", "end-", "end-x", "resume"):
        assert refused(lambda value=value: deeds.outcome(case, SARA, value, shift()))  # type: ignore[misc]


def test_nothing_is_resumed_silently() -> None:
    for case in (deeds.wrote(paused(), SARA, shift())[0], deeds.call(paused("callback"), SARA, "no_answer", shift())[0]):  # fmt: skip
        assert case.requests[0].state == "paused"


def test_words_of_distress_call_the_desk_once_in_ten_minutes() -> None:
    case, effects = cases.distress(opened(), shift())
    assert only(effects, Post)
    assert cases.distress(case, shift(NOW + 599)) == (case, ())
    assert only(cases.distress(case, shift(NOW + 600))[1], Post)


def test_the_card_follows_her_language() -> None:
    case, effects = cases.speaks(opened(), "sv", shift())
    assert "Language: svenska" in seen(case, "social")
    assert effects == (Card("social"),)
