"""Steps that several conversations share."""

from __future__ import annotations

from igor_bot import texts
from igor_bot.flows.answers import choice, choice_from, phone_number, place
from igor_bot.flows.engine import Answers, Context, Options, Step
from igor_bot.texts import N_

YES_NO = choice(yes=N_("Yes"), no=N_("No"))


def may_be_in_danger(answers: Answers) -> bool:
    """Whether the answer is anything but a plain no: unclear words count as a yes."""
    return answers.get("danger") not in (None, "no")


def number_missing(answers: Answers) -> bool:
    """Whether no number was given yet: nobody is asked twice for the same thing."""
    return not answers.get("danger_number")


def _areas(context: Context) -> Options:
    return {area.id: texts.verbatim(area.name) for area in context.areas}


AREA = Step("area", N_("Which area are you in?"), choice_from(_areas, free=False))
"""Given from the start where there is one area only, or where she chose before."""

DANGER = (
    Step("danger", N_("Are you in danger right now?"), YES_NO, label=N_("Danger now")),
    Step(
        "danger_place",
        # Translators: shown when somebody says that they are in danger. Numbers first.
        N_(
            "If you can, call {emergency} now. You can say just one word and leave the line open.\n\n"
            "Nobody can be sent to a place that nobody knows. Where are you? The duty worker can "
            "pass it to the police. You can skip this."
        ),
        place(),
        optional=True,
        asked=may_be_in_danger,
        label=N_("Place for the police"),
        guarded=True,
    ),
    Step(
        "danger_number",
        N_("Which number can the police call? You can skip this."),
        phone_number(),
        optional=True,
        asked=may_be_in_danger,
        label=N_("Number for the police"),
        guarded=True,
    ),
)

WHEN = choice(now=N_("As soon as possible"), later=N_("At a time I choose"))
SEND = choice(free=False, send=N_("Send it"))


def at_a_time(answers: Answers) -> bool:
    """Whether she wants to choose the time."""
    return answers.get("when") == "later"
