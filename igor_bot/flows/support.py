"""Advice, counselling or a safe place to stay."""

from igor_bot.flows.answers import choice, phone_number
from igor_bot.flows.common import AREA
from igor_bot.flows.engine import Flow, Step
from igor_bot.texts import N_

SUPPORT = Flow(
    "support",
    (
        AREA,
        Step(
            "kind",
            N_("What would help you?"),
            choice(
                advice=N_("Advice"),
                counselling=N_("Someone to talk to regularly"),
                accommodation=N_("A safe place to stay"),
            ),
            label=N_("Wish"),
        ),
        Step(
            "reach",
            N_("How may we reach you?"),
            choice(chat=N_("Here in the chat"), call=N_("Call me")),
            label=N_("Reach her"),
        ),
        Step(
            "number",
            N_("Which number may we call?"),
            phone_number(),
            asked=lambda a: a.get("reach") == "call",
            label=N_("Number"),
            guarded=True,
        ),
        Step(
            "urgency",
            N_("Is it for tonight, or can it be planned?"),
            choice(tonight=N_("Tonight"), planned=N_("It can be planned")),
            optional=True,
            after=True,
            label=N_("For when"),
        ),
    ),
    request=True,
)
