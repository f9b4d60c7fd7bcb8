"""One turn of a person: her update -> her new place, and what follows."""

from __future__ import annotations

from telegram import Chat, Update

from bot import carry_out, private_chat, to_person
from bot.exits import Exits
from bot.hand import Hand
from igor_bot import replies, visit
from igor_bot.desk.case import standing
from igor_bot.messages import EXIT, Say
from igor_bot.person import Corrected, Event, Left, Person, Vanish
from igor_bot.store.crypto import Vault
from igor_bot.store.store import new_id
from igor_bot.store.work import Known
from igor_bot.texts import Text


async def take(update: Update, chat: Chat, hand: Hand, vault: Vault, exits: Exits) -> None:
    """Take a person's update into the unit of work."""
    known = await _known(update, chat, hand, vault)
    if update.message is not None:
        hand.work.message(known.id, update.message.message_id, update.message.date.timestamp())
        hand.after.messages.append((known.id, update.message.message_id))
    event = private_chat.event_of(update, known, await _relayed_to(update, known, hand))
    if event is not None:
        gone_already = exits.was_noticed(update.update_id)
        if gone_already:
            hand.after.left.append(update.update_id)
        await happen(event, known, hand, gone_already, exits.cover_of(known.id))


async def happen(
    event: Event, known: Known, hand: Hand, gone_already: bool = False, cover: int = 0
) -> None:
    """Let something happen to a person; `gone_already`: her quick exit was acted on before, and
    `cover` is what it left in her chat."""
    case = await hand.work.case(known.case_id) if known.case_id else None
    context = hand.house.context(known.person, hand.now, case)
    there = standing(case) if case else None
    was = known.person
    known.person, effects = visit.attend(known.person, event, context, there)
    known.changed = True
    leaves = any(isinstance(e, Vanish | Left) for e in effects)
    if known.person.stage in ("left", "blocked") and (leaves or known.person.stage != was.stage):
        await hand.work.drop_prompts(known.id)
    hand.after.languages.append((known.id, known.person.language))
    if any(isinstance(e, Vanish) for e in effects):
        await hand.work.all_to_go(known.id, but=cover)
    if gone_already:
        effects = tuple(e for e in effects if not isinstance(e, Vanish))
    by_itself = isinstance(event, Corrected) and event.by_itself
    if known.person.reachable and (case is not None or not was.reachable) and not by_itself:
        await to_person.release_held(hand, known)
    await carry_out.person_effects(hand, known, effects)


async def _relayed_to(update: Update, known: Known, hand: Hand) -> str:
    """The organisation that has read what she edits now, if her open case is still theirs."""
    if update.edited_message is None or known.case_id is None:
        return ""
    link = await hand.work.linked(f"p/{known.id}", update.edited_message.message_id)
    case = await hand.work.case(known.case_id)
    if link is None or case is None:
        return ""
    found = hand.house.book.desk_at(int(link[0].removeprefix("d/")))
    if found is None or found[0].id != case.area:
        return ""
    return found[1].organisation if found[1].organisation in case.names else ""


async def apologise(update: Update, chat: Chat, hand: Hand, vault: Vault) -> None:
    """Her turn failed by a fault of ours: she is not met by silence."""
    known = await _known(update, chat, hand, vault)
    if known.person.stage == "left":
        return
    context = hand.house.context(known.person, hand.now, None)
    values = replies.values(known.person, context)
    to_person.say(hand, known, Say((Text(replies.FAULT, values),), ((EXIT,),)))


async def _known(update: Update, chat: Chat, hand: Hand, vault: Vault) -> Known:
    person_id = vault.index(chat.id)
    known = await hand.work.person(person_id)
    if known is not None:
        return known
    user = update.effective_user
    language = hand.house.language_of(user.language_code if user else None)
    return hand.work.add_person(person_id, Person(chat.id, language), f"person-{new_id()}")
