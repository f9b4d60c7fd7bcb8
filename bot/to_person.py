"""What goes to a person: each function puts messages into the outbox of a unit of work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot import render
from bot.hand import Hand
from igor_bot import texts, visit
from igor_bot.desk import effects as desk
from igor_bot.desk.case import Case
from igor_bot.discretion import PRESENT
from igor_bot.messages import EXIT, Button, Say
from igor_bot.settings import Area
from igor_bot.store.store import SERVICE_KEY
from igor_bot.store.work import Known
from igor_bot.texts import N_, Text

DESK_DOWN = N_(
    "The duty desk can't be reached right now. Your request is kept and goes there as soon as it "
    "can. Call {phone}, in danger {emergency}."
)
WAITS_FOR_S = 600.0
"""Seconds after her last doing in which she is taken to wait for an answer."""
DELIVERED, HELD = "👌", "✍"
"""Delivery by reaction: from Telegram's fixed set."""


def say(hand: Hand, known: Known, message: Say) -> None:
    """Send what a conversation says; it is dropped if she leaves first."""
    queue(hand, known, "prompt", message)


def queue(hand: Hand, known: Known, kind: str, message: Say, held: bool = False) -> None:
    """Put a message to her into the outbox; a question becomes the current one."""
    person = known.person
    params = render.private(message, person.language, hand.house.zone_of(person))
    body = {
        "method": "sendMessage",
        "params": {"chat_id": person.chat_id, **params},
        "question": message.question,
    }
    item = hand.work.put(f"p/{known.id}", kind, body, known.key_id, held=held)
    if message.question and not held:
        known.question.asked(item.id)


def interrupt(hand: Hand, known: Known) -> None:
    """A worker writes: a running conversation is parked."""
    person = visit.interrupted(known.person)
    if person is not known.person:
        known.person, known.changed = person, True


def buttons(hand: Hand, known: Known) -> tuple[tuple[Button, ...], ...]:
    """The buttons under a worker's words."""
    parked = known.person.parked
    resume = Button(Text(N_("Continue where I was")), f"go:{parked.flow}") if parked else None
    return ((resume,), (EXIT,)) if resume else ((EXIT,),)


def keyboard(hand: Hand, known: Known, zone: ZoneInfo) -> dict[str, Any]:
    """The same, as Telegram wants them."""
    return render.keyboard(buttons(hand, known), known.person.language, zone)


def owners_reply(
    hand: Hand,
    known: Known,
    case: Case,
    method: str,
    params: dict[str, Any],
    source: tuple[int, int],
) -> bool:
    """Send an owner's reply, from message (chat id, id) `source`; returns whether it waits."""
    interrupt(hand, known)
    held = not known.person.reachable
    markup = keyboard(hand, known, hand.house.zone_of(known.person))
    body = {
        "method": method,
        "params": {
            "chat_id": known.person.chat_id,
            **params,
            "reply_markup": markup,
            "protect_content": True,
            "disable_notification": True,
        },
        "question": True,
        "case": case.id,
        "source": source,
    }
    lane = f"d/{source[0]}"
    item = hand.work.put(
        f"p/{known.id}", "words", body, known.key_id, held=held, source=f"{lane}/{source[1]}"
    )
    if held:
        react(hand, lane, case.id, source, HELD)
    else:
        known.question.asked(item.id)
    return held


def react(hand: Hand, lane: str, case_id: str, message: tuple[int, int], emoji: str) -> None:
    """Put the bot's reaction on a message (chat id, id)."""
    params = {
        "chat_id": message[0],
        "message_id": message[1],
        "reaction": [{"type": "emoji", "emoji": emoji}],
    }
    body = {"method": "setMessageReaction", "params": params, "about": case_id}
    hand.work.put(lane, "react", body, SERVICE_KEY)


def desk_down(hand: Hand, known: Known, area: Area) -> None:
    """Tell her honestly, once an outage, that the desk cannot be reached: now if she was active
    lately, else when she opens the chat."""
    key = (area.first_desk.chat_id, known.id)
    if key in hand.house.told_down:
        return
    hand.house.told_down.add(key)
    numbers = hand.house.book.numbers
    values = {
        "phone": texts.phone(area.out_of_hours_phone),
        "emergency": texts.phone(numbers["emergency"].number),
    }
    message = Say((Text(DESK_DOWN, values),), ((EXIT,),))
    idle = hand.now - known.person.seen_at > WAITS_FOR_S
    queue(hand, known, "news", message, held=idle or not known.person.reachable)


async def release_held(hand: Hand, known: Known) -> None:
    """What waited for her may come now."""
    items = await hand.work.release_held(known.id)
    hand.after.released += items
    for item in items:
        if item.body.get("question"):
            known.question.asked(item.id)


async def write(hand: Hand, case: Case, write: desk.Write, known: Known | None) -> None:
    """Carry out a `Write`: now, later, or not at all while she is away."""
    known = known or await hand.work.person(case.person)
    if known is None:
        return
    person = known.person
    message = write.message
    if write.worker:
        interrupt(hand, known)
        if not message.rows:
            message = replace(message, rows=buttons(hand, known), question=True)
    away = not person.reachable
    if write.quiet:  # only the newest state of a ride is worth reading
        await hand.work.drop_news(known.id)
        away = away or hand.now - person.seen_at > PRESENT.total_seconds()
    kind = "words" if write.worker else "news" if write.keep or write.quiet else "prompt"
    if away and kind == "prompt":
        return
    queue(hand, known, kind, message, held=away)
