"""One turn of a desk: a worker's update -> a deed, and what follows."""

from __future__ import annotations

from dataclasses import replace

from telegram import Chat, Update

from bot import carry_out, staff_chat, to_desk, to_person
from bot.hand import Hand
from bot.staff_chat import Anonymous, Command, Deed, Note
from igor_bot import texts
from igor_bot.desk import deeds
from igor_bot.desk.case import Case
from igor_bot.desk.effects import Worker
from igor_bot.errors import Refused
from igor_bot.settings import Area, Desk
from igor_bot.texts import N_, Text

HELP = N_(
    "Answer one of my posts in a topic and your words go to her; everything else stays here.\n"
    "/duty on – I am on duty\n/duty off – I am off duty\n/duty who – who is on duty"
)
NOT_STAFF = N_("Only the duty workers of this desk can do that.")
ANONYMOUS = N_("I can't see who you are. Turn off “Remain anonymous” for yourself in this group.")
HINT = N_("This stays here. To write to her, answer one of my posts.")
UNKNOWN_GROUP = N_(
    "I don't work in this group. Its chat id, for the settings, is {id}. I leave now."
)
NO_CASE = N_("I don't find this case any more.")
NOT_DELIVERED = N_("This did not reach her: {why}")
EDIT_NOT_SENT = N_("She is not in the chat: the change was not sent to her.")
BLOCKED = N_("she has blocked the chat.")


async def take(update: Update, chat: Chat, hand: Hand, bot_id: int, bot_name: str) -> None:
    """Take an update from a group into the unit of work."""
    found = hand.house.book.desk_at(chat.id)
    if found is None:
        await _unknown_group(update, chat, hand)
        return
    area, desk = found
    event = staff_chat.event_of(update, bot_id, bot_name)
    if event is None:
        return
    if isinstance(event, Anonymous):
        _tell(hand, area, desk, event, ANONYMOUS)
        return
    if event.worker not in desk.staff:
        _refuse(hand, area, desk, event)
        return
    await _remember_name(hand, desk, event)
    match event:
        case Deed():
            await _deed(hand, area, desk, event)
        case Command():
            await _command(hand, area, desk, event)
        case Note():
            await _note(hand, area, desk, event)


def _tell(
    hand: Hand, area: Area, desk: Desk, event: Anonymous | Command | Note, msgid: str | Text
) -> None:
    text = msgid if isinstance(msgid, Text) else Text(msgid)
    to_desk.plain(
        hand, desk.chat_id, (text,), desk.language, area.time_zone, event.thread, event.message_id
    )


def _refuse(hand: Hand, area: Area, desk: Desk, event: Deed | Command | Note) -> None:
    if isinstance(event, Deed):
        shown = texts.render(Text(NOT_STAFF), desk.language, area.time_zone)
        hand.after.answers.append((event.callback, shown, True))
    elif isinstance(event, Command) or (event.to_post and not event.edited):
        _tell(hand, area, desk, event, NOT_STAFF)


async def _remember_name(hand: Hand, desk: Desk, event: Deed | Command | Note) -> None:
    if hand.house.names.get(event.worker) != event.name:
        hand.house.names[event.worker] = event.name
        signed_on = event.worker in hand.house.signed_on.get(desk.chat_id, ())
        hand.work.duty(desk.chat_id, event.worker, event.name, signed_on)


# Deeds -------------------------------------------------------------------------------------------


async def _deed(hand: Hand, area: Area, desk: Desk, event: Deed) -> None:
    before = len(hand.after.answers)
    try:
        topic = await hand.work.find_topic(desk.chat_id, pseudonym=event.pseudonym)
        case = await hand.work.case(topic.case_id) if topic else None
        deed = deeds.DEEDS.get(event.deed)
        if case is None or deed is None:
            raise Refused(Text(NO_CASE))
        worker = Worker(event.worker, event.name, desk.organisation)
        outcome = deed(case, worker, event.value, hand.house.shift(area, hand.now))
        await carry_out.desk_effects(
            hand, *outcome, callback=event.callback, pressed=event.message_id
        )
    except Refused as refusal:
        reason = refusal.reason if isinstance(refusal.reason, Text) else Text(NO_CASE)
        shown = texts.render(reason, desk.language, area.time_zone)
        hand.after.answers.append((event.callback, shown[:200], True))
    if len(hand.after.answers) == before:
        hand.after.answers.append((event.callback, "", False))


# Commands ------------------------------------------------------------------------------------------


async def _command(hand: Hand, area: Area, desk: Desk, event: Command) -> None:
    if event.command != "duty" or event.rest not in ("on", "off", "who"):
        if event.command in ("duty", "help", "start"):
            _tell(hand, area, desk, event, HELP)
        return
    signed_on = hand.house.signed_on.setdefault(desk.chat_id, set())
    if event.rest == "on":
        signed_on.add(event.worker)
    elif event.rest == "off":
        signed_on.discard(event.worker)
    if event.rest != "who":
        hand.work.duty(desk.chat_id, event.worker, event.name, event.rest == "on")
    names = [hand.house.name_of(w) for w in desk.staff if w in signed_on]
    text = N_("On duty: {names}") if names else N_("Nobody is on duty. Alerts go to all of you.")
    _tell(hand, area, desk, event, Text(text, {"names": ", ".join(names)}))


# Words in a topic ------------------------------------------------------------------------------------


async def _note(hand: Hand, area: Area, desk: Desk, event: Note) -> None:
    topic = (
        await hand.work.find_topic(desk.chat_id, thread_id=event.thread) if event.thread else None
    )
    case = await hand.work.case(topic.case_id) if topic else None
    if topic is None or case is None:
        return
    if event.edited:
        await _edited(hand, area, desk, case, event)
    elif event.to_post:
        await _reply(hand, area, desk, case, event)
    elif case.owners and desk.organisation not in case.hinted and case.closed_at is None:
        hand.work.put_case(replace(case, hinted=(*case.hinted, desk.organisation)))
        _tell(hand, area, desk, event, HINT)


async def _reply(hand: Hand, area: Area, desk: Desk, case: Case, event: Note) -> None:
    """The owner's answer to a post goes to her."""
    worker = Worker(event.worker, event.name, desk.organisation)
    try:
        case, effects = deeds.wrote(case, worker, hand.house.shift(area, hand.now))
    except Refused as refusal:
        reason = refusal.reason if isinstance(refusal.reason, Text) else Text(NO_CASE)
        _tell(hand, area, desk, event, reason)
        return
    known = await hand.work.person(case.person)
    if known is None:
        _tell(hand, area, desk, event, NO_CASE)
        return
    if known.person.stage == "blocked":
        _tell(hand, area, desk, event, Text(NOT_DELIVERED, {"why": Text(BLOCKED)}))
    source = (desk.chat_id, event.message_id)
    if event.text is not None:
        to_person.owners_reply(hand, known, case, "sendMessage", {"text": event.text}, source)
    else:
        params = {"from_chat_id": desk.chat_id, "message_id": event.message_id}
        to_person.owners_reply(hand, known, case, "copyMessage", params, source)
    await carry_out.desk_effects(hand, case, effects, known)


async def _edited(hand: Hand, area: Area, desk: Desk, case: Case, event: Note) -> None:
    """Edits of a delivered reply follow; one that still waits is changed where it waits."""
    if case.owners.get(desk.organisation) != event.worker:
        return
    lane = f"d/{desk.chat_id}"
    linked = await hand.work.linked(lane, event.message_id)
    if linked is None:
        if event.text is not None:
            source = f"{lane}/{event.message_id}"
            hand.after.replaced += await hand.work.replace_unsent(source, event.text)
        return
    known = await hand.work.person(case.person)
    if known is None or linked[0] != f"p/{known.id}":
        return
    if not known.person.reachable:
        _tell(hand, area, desk, event, EDIT_NOT_SENT)
        return
    zone = hand.house.zone_of(known.person)
    method = "editMessageText" if event.text is not None else "editMessageCaption"
    changed = {"text": event.text} if event.text is not None else {"caption": event.caption or ""}
    params = {
        "chat_id": known.person.chat_id,
        "message_id": linked[1],
        **changed,
        "reply_markup": to_person.keyboard(hand, known, zone),
    }
    hand.work.put(f"p/{known.id}", "prompt", {"method": method, "params": params}, known.key_id)


# Groups that are no desk -----------------------------------------------------------------------------


async def _unknown_group(update: Update, chat: Chat, hand: Hand) -> None:
    """An unknown group is told its chat id once, then left."""
    member = update.my_chat_member
    if member is not None and member.new_chat_member.status in ("left", "kicked"):
        return
    if await hand.work.alarm("unknown_group", str(chat.id)):
        language = hand.house.default_language
        text = Text(UNKNOWN_GROUP, {"id": str(chat.id)})
        zone = hand.house.book.area[0].time_zone
        to_desk.plain(hand, chat.id, (text,), language, zone)
    hand.after.leave.append(chat.id)
