"""Words and attachments that answer no question: to the open case, or offered for sending. Pure."""

from __future__ import annotations

from dataclasses import replace

from igor_bot import discretion, replies
from igor_bot.flows import FLOWS
from igor_bot.flows.engine import Context
from igor_bot.messages import Say
from igor_bot.person import Corrected, Distress, Effect, Person, Relay, Said, Standing
from igor_bot.places import KEPT, MENU, Outcome, full, interrupted, keeping, recalled
from igor_bot.texts import Text


def outside(person: Person, said: Said, context: Context, case: Standing | None) -> Outcome:
    """Words that answer no question: to the open case, or offered for sending."""
    if said.kind == "other":
        return person, (replies.ask(person, context, (Text(replies.UNSENDABLE),)),)
    distress = discretion.is_distress(said.words, context.distress)
    if case:
        return _to_case(person, said, context, case, distress)
    place = person.place or MENU
    parked = place if FLOWS[place.flow].request else person.parked
    before = (Text(replies.KEPT_FULL),) if full(person) else ()
    person = replace(keeping(person, said), place=KEPT, parked=parked)
    question = replies.ask(person, context, before)
    if not distress:
        return person, (question,)
    panel = replies.panel(person, context)
    copies = tuple(row for row in panel.rows if row[0].copy)
    both = Say(
        (*panel.paragraphs, *question.paragraphs),
        (*question.rows[:-1], *copies, *question.rows[-1:]),
        True,
    )
    return person, (both,)


def _to_case(
    person: Person, said: Said, context: Context, case: Standing, distress: bool
) -> Outcome:
    person, hint = _original_hint(person, said)
    effects: list[Effect] = [Relay(said, acknowledge=case.claimed)]
    if distress:
        effects.append(Distress())
    in_flow = person.place not in (None, MENU)
    if distress and not case.claimed:
        panel = replies.panel(person, context)
        effects.append(replace(panel, paragraphs=(*panel.paragraphs, *hint)))
        person = interrupted(person)
    elif in_flow:
        effects.append(replies.ask(person, context, hint))
    elif not case.claimed:
        passed_on = replies.say(person, context, replies.PASSED_ON)
        effects.append(replies.idle(*passed_on, *hint))
    elif hint:
        effects.append(replies.idle(*hint))
    return person, tuple(effects)


def heard(outcome: Outcome, said: Said, context: Context, case: Standing | None) -> Outcome:
    """Words of distress in the place of an answer: the numbers stand above the next question, and
    the desk is called."""
    person, effects = outcome
    if not discretion.is_distress(said.words, context.distress):
        return outcome
    if not (case and case.claimed):
        panel = replies.say(person, context, replies.PANEL)
        effects = tuple(
            replace(e, paragraphs=(*panel, *e.paragraphs)) if isinstance(e, Say) else e
            for e in effects
        )
    return person, (*effects, Distress()) if case else effects


def attached(person: Person, said: Said, context: Context, case: Standing | None) -> Outcome:
    """An attachment in the middle of a conversation: before sending it goes along."""
    place = person.place or MENU
    if case or not FLOWS[place.flow].request or place.sent:
        return outside(person, said, context, case)
    if said.kind == "other":
        return person, (replies.ask(person, context, (Text(replies.UNSENDABLE),)),)
    if full(person):
        return person, (replies.ask(person, context, (Text(replies.KEPT_FULL),)),)
    person, hint = _original_hint(keeping(person, said), said)
    before = (Text(replies.GOES_ALONG), *hint)
    return person, (replies.ask(person, context, before),)


def _original_hint(person: Person, said: Said) -> tuple[Person, tuple[Text, ...]]:
    """Once: what is sent here vanishes here."""
    if said.kind in ("text", "location", "contact", "venue") or "original" in person.told:
        return person, ()
    return replace(person, told=(*person.told, "original")), (Text(replies.KEEP_ORIGINAL),)


def corrected(
    person: Person, said: Said, relayed_to: str, context: Context, case: Standing | None
) -> Outcome:
    """She edited something: the desk sees it, or what is kept changes."""
    if case and relayed_to:
        return person, (Relay(said, corrected=True, acknowledge=True, to=relayed_to),)
    if any(k.message_id == said.message_id for k in person.kept):
        person = recalled(person, said)
        return person, (replies.ask(person, context),)
    place = person.place
    answering = place is not None and FLOWS[place.flow].request and not place.sent
    hint = replies.USE_BACK if answering else replies.WRITE_ANEW
    return person, (replies.ask(person, context, (Text(hint),)),)


def moved(person: Person, event: Corrected, case: Standing | None) -> Outcome:
    """A live location moved: what is kept follows, silently. Not once she has left."""
    if person.stage in ("left", "blocked"):
        return person, ()
    if case and event.relayed_to and person.stage == "open":
        return person, (Relay(event.said, corrected=True, to=event.relayed_to),)
    return recalled(person, event.said), ()
