"""What became of a message, written down: ids for vanishing and edits, delivery for the desk."""

from __future__ import annotations

from sqlalchemy import select

from bot import carry_out, lanes, person_turn, to_desk, to_person
from bot.hand import Hand
from bot.to_person import DELIVERED, HELD
from igor_bot.desk.effects import Card, Post
from igor_bot.messages import EXIT, Say
from igor_bot.person import Blocked
from igor_bot.store import tables as t
from igor_bot.store.rows import KEPT_KINDS
from igor_bot.store.work import Item, Known
from igor_bot.texts import N_, Text

NOT_PASSED_ON = N_("An attachment of hers could not be passed on.")
SEND_AGAIN = N_("I could not pass that on. Please send it again, or write it.")
NOT_SENT = N_("Your last message could not be sent to her. Please write it as text.")
BLOCKED = N_("Your message did not reach her: she has blocked the chat.")
DELIVERED_TEXT = N_("Delivered.")
HELD_TEXT = N_("Waits until she is back.")


async def take(report: lanes.Report, hand: Hand) -> None:
    """Write down what the outbox reports."""
    match report:
        case lanes.Sent(item, message_id):
            await _sent(item, message_id, hand)
        case lanes.Failed(item, why):
            await _failed(item, why, hand)
        case lanes.TopicLost(item):
            await _card_again(item, hand)
        case lanes.DeskDown(chat_id):
            hand.house.down.add(chat_id)
            await hand.work.alarm("desk", str(chat_id))
            await _tell_waiting(chat_id, hand)
        case lanes.DeskUp(chat_id):
            hand.house.down.discard(chat_id)
            hand.house.told_down = {key for key in hand.house.told_down if key[0] != chat_id}
            await hand.work.all_clear("desk", str(chat_id))


async def _sent(item: Item, message_id: int | None, hand: Hand) -> None:
    await hand.work.sent(item, message_id)
    body = item.body
    private = item.lane.startswith("p/")
    if private and message_id is not None and not body["method"].startswith("edit"):
        person_id = item.lane.removeprefix("p/")
        hand.work.message(person_id, message_id, hand.now)
        hand.after.messages.append((person_id, message_id))
    if item.source and message_id is not None:
        lane, _, source_id = item.source.rpartition("/")
        hand.work.link(lane, int(source_id), item.lane, message_id, body["case"])
    if private and body.get("source"):
        chat_id, source = body["source"]
        to_person.react(hand, f"d/{chat_id}", body["case"], (chat_id, source), DELIVERED)
    if body.get("ack"):
        known = await _person_of(item, hand)
        if known is not None and known.person.reachable:
            chat_id, source = body["ack"]
            to_person.react(hand, f"p/{known.id}", body["case"], (chat_id, source), DELIVERED)


async def _failed(item: Item, why: str, hand: Hand) -> None:
    if why == "fault":  # it stays in the store, and an operator is told
        await hand.work.alarm("outbox", item.kind)
        return
    if why == "blocked":
        await _blocked(item, hand)
        return
    await hand.work.sent(item, None)
    if item.kind != "react":
        await hand.work.alarm("refused", item.kind)
    if item.body.get("question"):
        await hand.work.question_failed(item)
    if item.kind == "react":
        await _told_in_words(item, hand)
    elif item.kind == "words":
        await _post(item, NOT_SENT, hand)
    elif item.kind == "pass":
        await _post(item, NOT_PASSED_ON, hand)
        known = await _person_of(item, hand)
        if known is not None and known.person.reachable:
            to_person.say(hand, known, Say((Text(SEND_AGAIN),), ((EXIT,),)))


async def _blocked(item: Item, hand: Hand) -> None:
    """She has blocked the bot: a worker's words are kept, and the desk is told."""
    if item.kind in KEPT_KINDS:
        await hand.work.hold(item)
        await _post(item, BLOCKED, hand)
    else:
        await hand.work.sent(item, None)
    known = await hand.work.person(item.lane.removeprefix("p/"))
    if known is not None and known.person.stage != "blocked":
        await person_turn.happen(Blocked(), known, hand)


async def _told_in_words(item: Item, hand: Hand) -> None:
    """Where a group forbids reactions, a short text says the same."""
    if item.lane.startswith("p/"):
        return
    params = item.body["params"]
    held = params["reaction"][0]["emoji"] == HELD
    found = hand.house.book.desk_at(params["chat_id"])
    case = await hand.work.case(item.body["about"])
    if found is None or case is None:
        return
    area, desk = found
    topic = hand.work.topic(case.id, desk.organisation)
    text = Text(HELD_TEXT if held else DELIVERED_TEXT)
    thread = topic.thread_id if topic else None
    reply_to = params["message_id"]
    to_desk.plain(hand, desk.chat_id, (text,), desk.language, area.time_zone, thread, reply_to)


async def _post(item: Item, msgid: str, hand: Hand) -> None:
    case_id = item.body.get("case")
    case = await hand.work.case(case_id) if case_id else None
    if case is not None:
        organisation = item.body.get("org") or case.talking_with
        await carry_out.desk_effects(hand, case, (Post(organisation, (Text(msgid),)),))


async def _card_again(item: Item, hand: Hand) -> None:
    case = await hand.work.case(item.body["case"])
    if case is not None and item.kind != "card":
        await carry_out.desk_effects(hand, case, (Card(item.body["org"]),))


async def _person_of(item: Item, hand: Hand) -> Known | None:
    case = await hand.work.case(item.body["case"])
    return await hand.work.person(case.person) if case else None


async def _tell_waiting(chat_id: int, hand: Hand) -> None:
    """Everybody with an open case on a desk that is gone is told so."""
    found = hand.house.book.desk_at(chat_id)
    if found is None:
        return
    query = (
        select(t.topic.c.case_id)
        .join(t.case, t.case.c.id == t.topic.c.case_id)
        .where(t.topic.c.chat_id == chat_id, t.case.c.closed_at.is_(None))
    )
    rows = (await hand.work.execute(query)).all()
    for row in rows:
        case = await hand.work.case(row.case_id)
        known = await hand.work.person(case.person) if case else None
        if known is not None and case is not None:
            to_person.desk_down(hand, known, found[0])
