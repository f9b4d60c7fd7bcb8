"""The engine: every flow, from every reachable place, with every kind of event."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igor_bot import person as persons
from igor_bot.errors import Invalid
from igor_bot.flows import FLOWS, engine
from igor_bot.flows.engine import (
    Added,
    Answer,
    Ask,
    Back,
    Cancel,
    Context,
    Event,
    Finished,
    Flow,
    Place,
    Result,
    Sent,
    Skip,
    Step,
    Stopped,
)
from igor_bot.person import Person
from igor_bot.texts import Text
from tests.igor_bot.moments import NOW, house

CONTEXT: Context = replace(
    house().context(Person(1, "en"), NOW, None),
    requests=(("1", Text("Talk")), ("2", Text("Ride"))),
)
GIVEN = {"area": "sodermalm"}
RUNNING = [flow for flow in FLOWS.values() if flow.name != "welcome"]
REQUESTS = [flow for flow in RUNNING if flow.request]
FITTING = ("18:30", "0701740605", "3", "some words")
UNFITTING = ("", "99:99", "x" * 5000)


def stored(place: Place) -> Place:
    """The place as it is read back."""
    written = json.dumps(persons.to_json(Person(1, "en", "open", place)))
    read = persons.from_json(json.loads(written)).place
    assert read == place
    return place


def begin(flow: Flow, given: bool = True) -> Place:
    return stored(engine.begin(flow, GIVEN if given and flow.request else None))


def step_of(flow: Flow, place: Place) -> Step:
    step = flow.step(place.step)
    assert step is not None
    return step


def fitting(step: Step) -> list[str]:
    """Answers that fit: every button, and words."""
    there = list(step.parser.options(CONTEXT))
    for words in FITTING:
        try:
            step.parser.parse(words, CONTEXT)
        except Invalid:
            continue
        there.append(words)
    return there


def advance(flow: Flow, place: Place, event: Event) -> tuple[Place | None, tuple[Result, ...]]:
    after, results = engine.advance(flow, stored(place), event, CONTEXT)
    check(flow, place, event, after, results)
    return after, results


def check(
    flow: Flow, place: Place, event: Event, after: Place | None, results: tuple[Result, ...]
) -> None:
    """What holds of any step of any conversation."""
    step = step_of(flow, place)
    assert results, "something always follows"
    assert isinstance(results[-1], Ask | Finished | Stopped)
    assert (after is None) == isinstance(results[-1], Finished | Stopped)
    sent = [r for r in results if isinstance(r, Sent)]
    assert len(sent) <= (not place.sent), "sent once"
    if after is not None:
        assert after.sent == (place.sent or bool(sent)), "sent once, and never unsent"
        asked = step_of(flow, after)
        assert asked in flow.path(after)
        assert not asked.after or after.sent, "what comes after is asked after"
        assert place.answers.keys() <= after.answers.keys(), "nothing is lost"
        changed = {k for k in place.answers if place.answers[k] != after.answers[k]}
        assert changed <= {step.key}, "only the question at hand changes"
    added = [r.key for r in results if isinstance(r, Added)]
    assert added in ([], [step.key])
    assert step.after or not added
    match event:
        case Cancel():
            assert results == (Stopped(),)
        case Back():
            assert after is not None
            assert after.answers == place.answers
            assert step_of(flow, after).after == step.after
        case Skip() if not step.optional:
            assert (after, results) == (place, (Ask(),))
        case Answer(_, key) if key not in (None, step.key):
            assert (after, results) == (place, (Ask(),)), "an old button changes nothing"


@st.composite
def events(draw: st.DrawFn, step: Step, flow: Flow) -> Event:
    others = [s.key for s in flow.steps if s.key != step.key] or ["gone"]
    return draw(
        st.one_of(
            st.sampled_from(fitting(step)).map(lambda w: Answer(w, step.key)),
            st.sampled_from(fitting(step)).map(Answer),
            st.sampled_from([*UNFITTING, *FITTING]).map(Answer),
            st.sampled_from([Back(), Skip(), Back()]),
            st.builds(Answer, st.sampled_from(["yes", "later"]), st.sampled_from(others)),
        )
    )


@pytest.mark.parametrize("flow", RUNNING, ids=lambda f: f.name)
@given(data=st.data())
def test_from_any_reachable_place_any_event(flow: Flow, data: st.DataObject) -> None:
    place: Place | None = begin(flow, data.draw(st.booleans()))
    sent: list[Sent] = []
    for _ in range(data.draw(st.integers(0, 25))):
        if place is None:
            break
        event = data.draw(events(step_of(flow, place), flow))
        place, results = advance(flow, place, event)
        sent += [r for r in results if isinstance(r, Sent)]
    if place is not None:
        assert advance(flow, place, Cancel())[0] is None
        sent += _finish(flow, place, data)
    assert len(sent) == flow.request, "a request is sent exactly once, nothing else ever"


def _finish(flow: Flow, place: Place, data: st.DataObject) -> list[Sent]:
    """From wherever somebody is, answering each question leads to the end."""
    sent: list[Sent] = []
    for _ in range(2 * len(flow.steps)):
        step = step_of(flow, place)
        after, results = advance(flow, place, Answer(data.draw(st.sampled_from(fitting(step)))))
        for result in results:
            if isinstance(result, Sent):
                sent.append(result)
                check_sent(flow, place, step, result)
            if isinstance(result, Finished):
                return sent
        assert after is not None
        place = after
    raise AssertionError(f"{flow.name} never ends")


def check_sent(flow: Flow, place: Place, step: Step, sent: Sent) -> None:
    """The answers of the path, all of them, and nothing of what is not asked."""
    answered = Place(flow.name, "", sent.answers, place.given)
    asked = {s.key for s in flow.path(answered) if not s.after}
    assert set(sent.answers) == asked | set(place.given)
    for key in asked:
        found = flow.step(key)
        assert found is not None
        assert sent.answers[key] is not None or found.optional


@pytest.mark.parametrize("flow", REQUESTS, ids=lambda f: f.name)
def test_what_comes_after_can_be_skipped_one_by_one(flow: Flow) -> None:
    place = begin(flow)
    while not place.sent:
        step = step_of(flow, place)
        after, _ = advance(flow, place, Answer(fitting(step)[-1]))
        assert after is not None
        place = after
    skipped = []
    while True:
        step = step_of(flow, place)
        assert step.optional
        after, results = advance(flow, place, Skip())
        assert results[0] == Added(step.key, None)
        skipped.append(step.key)
        if after is None:
            break
        place = after
    assert skipped
    assert all(s.optional for s in flow.steps if s.after)


@pytest.mark.parametrize("flow", RUNNING, ids=lambda f: f.name)
def test_back_and_answering_anew_keeps_all_other_answers(flow: Flow) -> None:
    """At every question of the longest way: all the way back, one answer changed, forward again."""
    place = begin(flow)
    way = [place]
    while (after := advance(flow, place, Answer(fitting(step_of(flow, place))[0]))[0]) is not None:
        place = after
        way.append(place)
    for there in way:
        first = there
        for _ in range(len(flow.steps)):
            back, _ = advance(flow, first, Back())
            assert back is not None
            assert back.answers == there.answers
            first = back
        step = step_of(flow, first)
        again, _ = advance(flow, first, Answer(fitting(step)[0], step.key))
        if again is not None:
            assert there.answers.items() <= again.answers.items()
            assert again.step == there.step or step is step_of(flow, there)


@pytest.mark.parametrize("flow", RUNNING, ids=lambda f: f.name)
@pytest.mark.parametrize("event", [Answer("yes"), Back(), Skip()], ids=repr)
def test_a_step_that_a_deploy_took_away_leads_to_the_first_open_one(
    flow: Flow, event: Event
) -> None:
    place = begin(flow)
    after, results = engine.advance(flow, replace(place, step="gone"), event, CONTEXT)
    assert after == place
    assert results == (Ask(),)


def test_a_given_answer_is_never_asked() -> None:
    for flow in REQUESTS:
        assert begin(flow, given=False).step == "area"
        place = begin(flow)
        assert place.step != "area"
        assert "area" not in [s.key for s in flow.path(place)]


def test_unclear_words_about_danger_count_as_yes() -> None:
    flow = FLOWS["talk"]
    for words, asked in (("no", "words"), ("yes", "danger_place"), ("maybe", "danger_place")):
        after, _ = advance(flow, begin(flow), Answer(words))
        assert after is not None
        assert after.step == asked


def test_nobody_is_asked_twice_for_a_number() -> None:
    flow = FLOWS["callback"]
    place: Place | None = begin(flow)
    for words in ("yes", "at home", "0701740605"):
        assert place is not None
        place, _ = advance(flow, place, Answer(words))
    assert place is not None
    assert place.step == "when"
    back, _ = advance(flow, place, Back())
    assert back is not None
    assert back.step == "danger_number"
    skipped, _ = advance(flow, back, Skip())
    assert skipped is not None
    assert skipped.step == "number"
