"""What duty workers do with a case: one function a deed. Each raises Refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from igor_bot import texts
from igor_bot.desk import cases, guarded, owners, reminders
from igor_bot.desk.case import Case, concerns, moment, sees, settled
from igor_bot.desk.cases import Outcome
from igor_bot.desk.effects import (
    Card,
    CloseTopics,
    DeskEffect,
    Forget,
    Markup,
    Popup,
    Post,
    Worker,
    Write,
)
from igor_bot.desk.phrases import PHRASES
from igor_bot.desk.shift import ROLES, Shift, organisation_name
from igor_bot.errors import Refused
from igor_bot.messages import EXIT, TO_MENU, Button, Say
from igor_bot.states import DESK_STATES, KINDS, standing
from igor_bot.texts import N_, Text

CALL_RESULTS: dict[str, str] = {
    "reached": N_("Reached"),
    "no_answer": N_("No answer"),
    "another_answered": N_("Another answered"),
    "dropped": N_("Line dropped"),
}
RIDE_STEPS: dict[str, str] = {
    "accepted": N_("Accepted"),
    "on_the_way": N_("On the way"),
    "here": N_("Here"),
    "not_there": N_("Not there"),
    "done": N_("Done"),
    "cancelled": N_("Cancelled"),
}
HEARD: dict[str, str] = {
    "heard": N_("I have heard her"),
    "unheard_silent": N_("Not heard: she can't speak"),
    "unheard_danger": N_("Not heard: too dangerous to call"),
    "unheard_no_answer": N_("Not heard: no answer"),
}
PAUSED_ENDS: dict[str, tuple[str, str]] = {
    "resume": ("open", N_("Go on: {kind}")),
    "end": ("done", N_("End: {kind}")),
}
"""What becomes of a paused request, as values of the deed `outcome` with its number behind."""
OUTCOMES: dict[str, str] = {
    "helped": N_("Helped"),
    "referred": N_("Passed on to others"),
    "no_contact": N_("No contact"),
    "withdrawn": N_("She did not want to go on"),
}

CLOSED = N_("This case is closed.")
NOT_THEIRS = N_("There is nothing left to do here: the ride is over, or no longer yours.")
TAKEN = N_(
    "{role} at {organisation} has your request: a person, not the robot. "
    "Can you write, and for how long?"
)


def claim(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Take the case: one owner a desk; whoever comes second is told who has it."""
    org = worker.organisation
    if case.closed_at is not None:
        raise Refused(Text(CLOSED))
    if not concerns(case, org):
        raise Refused(Text(NOT_THEIRS))
    if case.owners.get(org) == worker.id:
        raise Refused(Text(N_("You already have it.")))
    if owners.present(case, org, shift) and not reminders.may_take_over(case, org):
        raise Refused(Text(N_("{name} already has it."), {"name": case.owner_names[org]}))
    case = owners.without_owner(case, org)
    case = replace(
        case,
        owners={**case.owners, org: worker.id},
        owner_names={**case.owner_names, org: worker.name},
        claimed_at={**case.claimed_at, org: shift.now},
        spoke_at={o: at for o, at in case.spoke_at.items() if o != org},
        talking_with=org,
    )
    known = {"role": Text(ROLES[org]), "organisation": organisation_name(org, shift.area.name)}
    taken = Say((Text(TAKEN, known),), ((TO_MENU, EXIT),), question=True)
    return case, (
        Forget("ladder", org),
        Forget("first_words", org),
        reminders.first_words(case, org, shift),
        Card(org),
        Write(taken, worker=True),
        Popup(
            org,
            Text(N_("You have it. Answer one of my posts to write to her; all else stays here.")),
        ),
    )


def release(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Give the case back; the ladder starts anew and she is told."""
    _must_own(case, worker)
    org = worker.organisation
    case = replace(owners.without_owner(case, org), talking_with=case.lead)
    if not concerns(case, org):
        return case, (Forget("first_words", org), Card(org))
    case, started = cases.restart(case, org, shift)
    told: tuple[DeskEffect, ...] = ()
    if org == case.lead:
        told = (Write(_given_back(case, shift), keep=True),)
    released = Popup(org, Text(N_("Released. The others are alerted again.")))
    return case, (Forget("first_words", org), *started, *told, released)


def _given_back(case: Case, shift: Shift) -> Say:
    known: dict[str, object] = {"phone": texts.phone(shift.area.out_of_hours_phone)}
    if case.promised_at is None:
        text = N_(
            "The duty worker had to stop. Your request waits for the next one, or call {phone}."
        )
    else:
        text = N_(
            "The duty worker had to stop. Your request waits for the next one. By {promise} "
            "you'll see here how it stands, or call {phone}."
        )
        known["promise"] = moment(case.promised_at)
    return Say((Text(text, known),), ((TO_MENU, EXIT),), question=True)


def show(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Show the owner alone what is guarded: `value` says which piece."""
    _must_own(case, worker)
    shown = guarded.reveal(case, worker.organisation, value, shift.now)
    return case, (Popup(worker.organisation, shown),)


def call(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Log a call. Somebody who was reached has been heard, for a ride too."""
    _must_own(case, worker)
    if value not in CALL_RESULTS:
        raise Refused(Text(N_("That button is no longer in use.")))
    org = worker.organisation
    callback = case.open_request("callback")
    ride = case.open_request("transport")
    paused = callback is not None and callback.state == "paused" and value != "reached"
    if callback is not None and org == case.lead and not paused:
        case = case.with_request(replace(callback, state=value))
    if ride is not None and value == "reached":
        case = case.with_request(replace(ride, heard="heard"))
    case = _spoken(case, org, shift)
    logged = Text(
        N_("Call {time}: {result} ({name})."),
        {"time": moment(shift.now), "result": Text(CALL_RESULTS[value]), "name": worker.name},
    )
    return case, (Forget("first_words", org), Post(org, (logged,), silent=True), Card(org))


def ride(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Move a ride on. No car moves before the owner has heard her, or recorded why not."""
    _must_own(case, worker)
    request = case.open_request("transport")
    if request is None or not sees(case, request, worker.organisation):
        raise Refused(Text(N_("There is no ride under way in this case.")))
    theirs = tuple(o for o in case.names if sees(case, request, o))
    cards = tuple(Card(o) for o in theirs)
    if value in HEARD:
        return case.with_request(replace(request, heard=value)), cards
    if value not in RIDE_STEPS:
        raise Refused(Text(N_("That button is no longer in use.")))
    if request.heard is None and (value != "cancelled" or request.state == "paused"):
        raise Refused(Text(N_("Hear her first, by phone or in the chat, or record why not.")))
    case = settled(case.with_request(replace(request, state=value)))
    news = Say((standing("transport", value),), ((TO_MENU, EXIT),), question=True)
    moved = Text(
        N_("Ride {time}: {state} ({name})."),
        {"time": moment(shift.now), "state": Text(DESK_STATES[value]), "name": worker.name},
    )
    posts = (Post(o, (moved,), silent=True) for o in theirs)
    return case, (Write(news, quiet=True), *posts, *cards)


def close(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Ask how it ended; the answer closes."""
    _must_lead(case, worker)
    name = case.names[worker.organisation]
    buttons = tuple(
        (Button(Text(label), f"desk:outcome:{name}:{key}"),) for key, label in OUTCOMES.items()
    )
    return case, (Markup(worker.organisation, (*buttons, _to_card(name))),)


def outcome(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Record how it ended, and close. With no value the card's usual buttons come back."""
    _must_lead(case, worker)
    if not value:
        return case, (Card(worker.organisation),)
    what, _, number = value.partition("-")
    if what in PAUSED_ENDS:
        return _unpaused(case, worker, what, number, shift)
    if value not in OUTCOMES:
        raise Refused(Text(N_("That button is no longer in use.")))
    case = replace(case, outcome=value, closed_at=shift.now)
    ended = Say(
        (
            Text(
                N_("The duty worker has ended this for now. You can write again whenever you want.")
            ),
        ),
        ((TO_MENU, EXIT),),
        question=True,
    )
    cards = (Card(o) for o in case.names)
    return case, (Forget(""), Write(ended, worker=True), *cards, CloseTopics())


def _unpaused(case: Case, worker: Worker, what: str, number: str, shift: Shift) -> Outcome:
    """Go on with what she asked to stop, or end it: the owner's word after hearing her."""
    request = cases.numbered(case, number)
    if request is None or request.state != "paused" or request.kind == "transport":
        raise Refused(Text(N_("That button is no longer in use.")))
    state, _ = PAUSED_ENDS[what]
    known = {
        "kind": Text(KINDS[request.kind]),
        "time": moment(shift.now),
        "state": Text(DESK_STATES["taken" if state == "open" else state]),
        "name": worker.name,
    }
    told = Text(N_("{kind} {time}: {state} ({name})."), known)
    case = case.with_request(replace(request, state=state))
    return case, (Post(case.lead, (told,), silent=True), Card(case.lead))


def phrase(case: Case, worker: Worker, value: str, shift: Shift) -> Outcome:
    """Show the ready phrases, or send the one that was picked in her language."""
    _must_own(case, worker)
    org = worker.organisation
    name = case.names[org]
    if not value.isdecimal():
        if value:
            return case, (Card(org),)
        buttons = tuple(
            (Button(Text(text), f"desk:phrase:{name}:{n}"),) for n, text in enumerate(PHRASES)
        )
        back = Button(Text(N_("Back")), f"desk:phrase:{name}:back")
        return case, (Markup(org, (*buttons, (back,))),)
    if int(value) >= len(PHRASES):
        raise Refused(Text(N_("That button is no longer in use.")))
    text = Text(PHRASES[int(value)])
    case, written = wrote(case, worker, shift)
    sent = Text(N_("{name} wrote: {phrase}"), {"name": worker.name, "phrase": text})
    return case, (
        *written,
        Write(Say((text,)), worker=True),
        Post(org, (sent,), silent=True),
        Card(org),
    )


def wrote(case: Case, worker: Worker, shift: Shift) -> Outcome:
    """The owner writes to her: the reminders stop. Raises Refused for anybody else."""
    _must_own(case, worker)
    org = worker.organisation
    if not concerns(case, org):
        raise Refused(Text(NOT_THEIRS))
    first = org not in case.spoke_at
    case = replace(_spoken(case, org, shift), talking_with=org)
    return case, (Forget("first_words", org),) if first else ()


def _spoken(case: Case, organisation: str, shift: Shift) -> Case:
    left = {o: n for o, n in case.reminders.items() if o != organisation}
    return replace(case, spoke_at={**case.spoke_at, organisation: shift.now}, reminders=left)


def _must_own(case: Case, worker: Worker) -> None:
    org = worker.organisation
    if case.closed_at is not None:
        raise Refused(Text(CLOSED))
    if case.owners.get(org) == worker.id:
        return
    if org in case.owners:
        raise Refused(Text(N_("{name} has this case."), {"name": case.owner_names[org]}))
    raise Refused(Text(N_("Claim the case first.")))


def _must_lead(case: Case, worker: Worker) -> None:
    _must_own(case, worker)
    if worker.organisation != case.lead:
        raise Refused(Text(N_("The desk where the case opened closes it. You can release it.")))


def _to_card(name: str) -> tuple[Button, ...]:
    return (Button(Text(N_("Back")), f"desk:outcome:{name}"),)


Deed = Callable[[Case, Worker, str, Shift], Outcome]

DEEDS: dict[str, Deed] = {
    deed.__name__: deed for deed in (claim, release, show, call, ride, close, outcome, phrase)
}
"""The deeds of callback data `desk:<deed>:<pseudonym>[:<value>]`."""
