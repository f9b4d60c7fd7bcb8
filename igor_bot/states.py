"""What a request and its state are called, for the person and for the desk alike."""

from __future__ import annotations

from igor_bot.texts import N_, Text

KINDS: dict[str, str] = {
    "talk": N_("Talk"),
    "callback": N_("Call"),
    "transport": N_("Ride"),
    "support": N_("Support"),
}

STATES: dict[str, str] = {
    "open": N_("waiting for an answer"),
    "taken": N_("a duty worker has it"),
    "paused": N_("paused, the duty worker will ask you"),
    "accepted": N_("accepted"),
    "on_the_way": N_("on the way"),
    "here": N_("here now"),
    "not_there": N_("you were not found, the duty worker will ask you"),
    "reached": N_("done"),
    "no_answer": N_("tried, no answer"),
    "another_answered": N_("tried, hung up"),
    "dropped": N_("cut off, the duty worker will ask you"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
}

DESK_STATES: dict[str, str] = {
    **STATES,
    "open": N_("waiting"),
    "taken": N_("taken"),
    "paused": N_("paused, hear her first"),
    "not_there": N_("she was not found, hear her"),
    "dropped": N_("line dropped, hear her"),
}
"""The same for the desk."""

OVER = frozenset({"done", "cancelled", "reached"})
"""States in which nothing more is to come of a request."""


def standing(kind: str, state: str) -> Text:
    """Kind and state of a request, never number, time, place or word."""
    return Text(N_("{kind}: {state}"), {"kind": Text(KINDS[kind]), "state": Text(STATES[state])})
