"""Talk to someone: two questions, then it is sent; the rest may be skipped."""

from igor_bot.flows.answers import choice, free_text
from igor_bot.flows.common import AREA, DANGER, YES_NO
from igor_bot.flows.engine import Flow, Step
from igor_bot.texts import N_

TALK = Flow(
    "talk",
    (
        AREA,
        *DANGER,
        Step(
            "words",
            N_("Write a few words about what you need. One sentence is enough."),
            free_text(),
            label=N_("Her words"),
        ),
        Step(
            "near",
            N_("Is the other person near you?"),
            choice(yes=N_("Yes"), no=N_("No"), unknown=N_("I don't know")),
            optional=True,
            after=True,
            label=N_("Other party near"),
        ),
        Step(
            "how_long",
            N_("How long can you write?"),
            choice(
                minutes=N_("A few minutes"),
                half_hour=N_("Half an hour"),
                long=N_("As long as it takes"),
            ),
            optional=True,
            after=True,
            label=N_("Can write"),
        ),
        Step(
            "hurt",
            N_("Are you hurt? For care advice you can call {care}, in an emergency {emergency}."),
            YES_NO,
            optional=True,
            after=True,
            label=N_("Hurt"),
        ),
        Step(
            "children",
            N_("Are children there with you?"),
            YES_NO,
            optional=True,
            after=True,
            label=N_("Children there"),
        ),
        Step(
            "name",
            N_("What may we call you? It need not be your name."),
            free_text(60),
            optional=True,
            after=True,
            label=N_("Wants to be called"),
        ),
    ),
    request=True,
)
