"""What was decided -> rows of one unit of work: messages, cases, due rows. One home for both
sides: a person's turn and a deed at the desk end here."""

from __future__ import annotations

from typing import Any

from bot import to_desk, to_person
from bot.hand import Hand
from igor_bot.desk import cases
from igor_bot.desk import effects as desk
from igor_bot.desk.case import Case
from igor_bot.messages import Say
from igor_bot.person import (
    Add,
    AskChange,
    AskStop,
    Distress,
    Effect,
    Left,
    Relay,
    Returned,
    Speaks,
    Submit,
    Vanish,
)
from igor_bot.store.store import new_id
from igor_bot.store.work import Known, case_key


async def person_effects(hand: Hand, known: Known, effects: tuple[Effect, ...]) -> None:
    """Carry out what follows from a person's event."""
    for effect in effects:
        case = await hand.work.case(known.case_id) if known.case_id else None
        match effect:
            case Say():
                to_person.say(hand, known, effect)
            case Vanish(cover):
                hand.after.vanish.append((known.person.chat_id, known.id, cover))
            case Submit():
                await _submit(hand, known, case, effect)
            case _ if case is not None:
                await _about_case(hand, known, case, effect)


async def _submit(hand: Hand, known: Known, case: Case | None, submit: Submit) -> None:
    area = hand.house.area_of(case.area if case else known.person.area or "")
    shift = hand.house.shift(area, hand.now)
    opened, effects = cases.submit(case, submit, known.person, known.id, shift, new_id())
    if case is None:
        known.case_id = opened.id
        hand.work.rekey(known, case_key(opened.id), new=False)
    await desk_effects(hand, opened, effects, known, new=case is None)
    if area.first_desk.chat_id in hand.house.down:
        to_person.desk_down(hand, known, area)


async def _about_case(hand: Hand, known: Known, case: Case, effect: Effect) -> None:
    shift = hand.house.shift(hand.house.area_of(case.area), hand.now)
    match effect:
        case Add(kind, key, value):
            outcome = cases.add(case, kind, key, value, shift)
        case Relay(said, corrected, acknowledge, to):
            outcome = cases.pass_on(case, said, shift, corrected, acknowledge, to)
        case Speaks(language):
            outcome = cases.speaks(case, language, shift)
        case Distress():
            outcome = cases.distress(case, shift)
        case AskStop(number):
            outcome = cases.ask_stop(case, number, shift)
        case AskChange(number, words):
            outcome = cases.ask_change(case, number, words, shift)
        case Left(blocked):
            outcome = cases.left(case, blocked, shift)
        case Returned():
            outcome = cases.returned(case, shift)
        case _:
            return
    await desk_effects(hand, *outcome, known)
    area = hand.house.area_of(case.area)
    if area.first_desk.chat_id in hand.house.down and known.person.reachable:
        to_person.desk_down(hand, known, area)


async def desk_effects(
    hand: Hand,
    case: Case,
    effects: tuple[desk.DeskEffect, ...],
    known: Known | None = None,
    callback: str = "",
    pressed: int = 0,
    new: bool = False,
) -> None:
    """Carry out what follows from a deed; `callback` and `pressed` are the press's id and
    the post that it stood on, `known` the person if she was read already."""
    hand.work.put_case(case, new)
    to_desk.ensure_topics(hand, case)
    for effect in effects:
        match effect:
            case desk.Card(organisation, mention):
                body: dict[str, Any] = {"mention": mention, "alert": bool(mention)}
                to_desk.queue(hand, case, organisation, "card", body)
            case desk.Post():
                to_desk.post(hand, case, effect)
            case desk.PassOn():
                to_desk.pass_on(hand, case, effect, known)
            case desk.Write():
                await to_person.write(hand, case, effect, known)
            case desk.Popup():
                hand.after.answers.append((callback, to_desk.popup(hand, case, effect), True))
            case desk.Markup():
                to_desk.markup(hand, case, effect, pressed)
            case desk.Due(kind, at, organisation, step):
                hand.work.due(at, kind, case.id, organisation, step)
                hand.after.dues = True
            case desk.Forget(kind, organisation):
                await hand.work.forget_due(case.id, kind, organisation)
            case desk.CloseTopics():
                await _close(hand, case, known)


async def _close(hand: Hand, case: Case, known: Known | None) -> None:
    for organisation in case.names:
        to_desk.queue(hand, case, organisation, "close", {"method": "closeForumTopic"})
    hand.work.due(
        hand.now + hand.house.book.service.retention_days * 86_400, "retention", case.id, "", 0
    )
    known = known or await hand.work.person(case.person)
    if known is not None and known.case_id == case.id:
        known.case_id = None
        await hand.work.drop_news(known.id)
        hand.work.rekey(known, f"person-{new_id()}", new=True)
