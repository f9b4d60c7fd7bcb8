"""What the bot says to the person: each function returns paragraphs or a whole message."""

from __future__ import annotations

from datetime import timedelta

from igor_bot import discretion, texts
from igor_bot.flows import FLOWS, others, privacy
from igor_bot.flows import information as info
from igor_bot.flows.engine import AreaView, Context, Place, Step
from igor_bot.flows.welcome import DISCLOSURE, MENU, TO_OWNER, WAITING, WAITING_OPEN
from igor_bot.messages import BACK, EXIT, SKIP, TO_MENU, Button, Rows, Say, rows
from igor_bot.person import Person, Standing
from igor_bot.states import standing
from igor_bot.texts import N_, Text

FINISHED = N_("Thank you, that's all I ask. You can keep writing here.")
STOPPED = N_("Okay. Nothing was sent.")
PASSED_ON = N_("Passed on. Nobody has answered yet. You can also call {phone}.")
KEEP_ORIGINAL = N_("This vanishes here. Keep the original somewhere safe.")
GOES_ALONG = N_("I'll send it along with your request.")
CALL_WORDS = N_(
    "When we call, the caller says “{caller}”. If you can talk, answer “{answer}”. "
    "Remember them: they are shown only once."
)
PANEL = N_("If you are in danger, call {emergency} now. You can also talk to a duty worker here.")
ONE_RIDE = N_("You already have a ride request. {standing}.")
NOTHING_YET = N_("Nothing is under way right now.")
PAUSED = N_("I have told the duty worker. It is paused until they have heard from you.")
CHANGED = N_("I have told the duty worker. They will ask you before anything changes.")
PAUSED_NOBODY = N_(
    "I have noted it for the duty desk. It is paused until they have heard from you."
)
CHANGED_NOBODY = N_("I have noted it for the duty desk. They will ask you before anything changes.")
EMPTIED = N_("This chat is empty now.")
USE_BACK = N_("To change an answer, press Back.")
WRITE_ANEW = N_("I can't follow that change. Please write it as a new message.")
UNSENDABLE = N_(
    "I can't pass that kind of message on. Please write, or send a photo or a voice message."
)
KEPT_FULL = N_("I keep the first thirty. Please send them before you write more.")
LANGUAGE_SET = N_("Done.")
FAULT = N_(
    "Something went wrong on our side. Please send it again. If it is urgent, call {phone}, in danger {emergency}."
)


def area_of(person: Person, context: Context) -> AreaView:
    """Return her area; while it is not known, one that names no organisation and the helpline."""
    if len(context.areas) == 1:
        return context.areas[0]
    known = next((a for a in context.areas if a.id == person.area), None)
    helpline = context.numbers["helpline"].number
    return known or AreaView("", "", helpline, Text(N_("the duty desk")), None)


def values(person: Person, context: Context) -> dict[str, object]:
    """Return what every text may name: public numbers, the area's phone and organisation."""
    area = area_of(person, context)
    return {
        **context.values,
        "phone": texts.phone(area.phone),
        "organisation": area.organisation,
    }


def say(person: Person, context: Context, *msgids: str) -> tuple[Text, ...]:
    """Return paragraphs with the common values filled in."""
    known = values(person, context)
    return tuple(Text(msgid, known) for msgid in msgids)


def ask(person: Person, context: Context, before: tuple[Text, ...] = ()) -> Say:
    """Return the message that asks the question of her place, `before` above it."""
    place = person.place
    step = FLOWS[place.flow].step(place.step) if place else None
    if place is None or step is None or place.step == "menu":
        return menu(person, context, before)
    options = step.parser.options(context)
    buttons = [Button(label, f"{place.flow}:{step.key}:{code}") for code, label in options.items()]
    shown = [texts.render(label, context.language, context.zone) for label in options.values()]
    short = all(len(label) < 12 for label in shown)
    return Say(
        (*before, *say(person, context, step.prompt)),
        rows(buttons, 3 if short else 1) + navigation(place, step),
        question=True,
    )


def navigation(place: Place, step: Step) -> Rows:
    """Back, skip, to the menu, exit: whatever makes sense at this step."""
    if place.flow == "welcome":
        return ((EXIT,),)
    path = [s for s in FLOWS[place.flow].path(place) if s.after == step.after]
    first = not path or path[0].key == step.key
    ways = tuple(b for b, shown in ((BACK, not first), (SKIP, step.optional)) if shown)
    return (*((ways,) if ways else ()), (TO_MENU, EXIT))


def menu(person: Person, context: Context, before: tuple[Text, ...] = ()) -> Say:
    """Return the menu."""
    step = FLOWS["welcome"].step("menu")
    prompt = say(person, context, step.prompt if step else "")
    return Say((*before, *prompt), menu_rows(person), question=True)


def menu_rows(person: Person) -> Rows:
    """The menu's buttons; a conversation that a worker's message parked stands first."""
    parked = (
        ((Button(Text(N_("Continue where I was")), f"go:{person.parked.flow}"),),)
        if person.parked
        else ()
    )
    choices = tuple(tuple(Button(Text(label), data) for data, label in row) for row in MENU)
    return (*parked, *choices, (EXIT,))


def idle(*paragraphs: Text) -> Say:
    """A message after which she may write or go to the menu."""
    return Say(paragraphs, ((TO_MENU, EXIT),), question=True)


def disclosure(person: Person, context: Context) -> tuple[Text, ...]:
    """What she must know before the first question."""
    return say(person, context, DISCLOSURE)


def sent(person: Person, context: Context, case: Standing | None) -> tuple[Text, ...]:
    """What she reads right after sending: honest about who has it, and by when she hears."""
    if case and case.taken_up:
        return (Text(TO_OWNER, {"time": context.now}),)
    area = area_of(person, context)
    known = {**values(person, context), "time": context.now}
    if area.promise_s is None:
        return (Text(WAITING_OPEN, known),)
    promise = context.now + timedelta(seconds=area.promise_s)
    return (Text(WAITING, {**known, "promise": promise}),)


def panel(person: Person, context: Context) -> Say:
    """The emergency panel, with the offer to talk first."""
    numbers = [_copy(context, key) for key in ("emergency", "helpline")]
    talk = Button(Text(N_("Talk to someone")), "go:talk")
    return Say(say(person, context, PANEL), ((talk,), tuple(numbers), (TO_MENU, EXIT)), True)


def page(person: Person, context: Context, key: str) -> Say:
    """One page of information."""
    _, paragraphs = info.PAGES[key]
    shown = say(person, context, *paragraphs)
    more = Button(Text(N_("More to know")), "go:information")
    if key != "numbers":
        return Say(shown, ((more,), (TO_MENU, EXIT)), question=True)
    listed = tuple(texts.verbatim(line) for line in _numbers(context))
    buttons = rows((_copy(context, k) for k in context.numbers), 2)
    return Say((*shown, *listed), (*buttons, (more,), (TO_MENU, EXIT)), question=True)


def about_others(person: Person, context: Context, who: str, case: Standing | None) -> Say:
    """The answer to whoever asks about somebody else; her own words learn nothing."""
    if who == "own" and case:
        return idle(*say(person, context, others.NUMBERS_ONLY))
    paragraphs = others.PAGES.get(who, others.PAGES["contact"])
    talk = ((Button(Text(N_("Talk to someone")), "go:talk"),),) if who != "contact" else ()
    return Say(say(person, context, *paragraphs), (*talk, (TO_MENU, EXIT)), question=True)


def seen_by_whom(person: Person, context: Context) -> Say:
    """Who can see what, in plain words."""
    return idle(*say(person, context, *privacy.SEEN))


def overview(context: Context, case: Standing) -> tuple[Text, ...]:
    """Kind and state of everything under way."""
    return tuple(standing(kind, state) for _, kind, state in case.requests)


def cover(value: str | None) -> Say:
    """What the harmless bot says; nothing of ours stands in it."""
    buttons = [Button(Text(label), f"cover:{key}") for key, label in discretion.COVER_BUTTONS]
    return Say((discretion.cover_answer(value),), rows(buttons, 2))


def _copy(context: Context, key: str) -> Button:
    number = context.numbers[key].number
    return Button(Text(N_("Copy {number}"), {"number": number}), copy=number)


def _numbers(context: Context) -> list[str]:
    return [
        f"{n.label}: {texts.phone(n.number)} ({n.source}, {n.checked})"
        for n in context.numbers.values()
    ]
