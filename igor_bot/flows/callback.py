"""Ask for a call: by default with a hidden number, no voicemail, and two words agreed."""

from igor_bot.flows.answers import choice, clock_time, free_text, phone_number
from igor_bot.flows.common import AREA, DANGER, SEND, WHEN, at_a_time, number_missing
from igor_bot.flows.engine import Flow, Step
from igor_bot.texts import N_

CALLBACK = Flow(
    "callback",
    (
        AREA,
        *DANGER,
        Step(
            "number",
            N_("Which number may we call?"),
            phone_number(),
            asked=number_missing,
            label=N_("Number"),
            guarded=True,
        ),
        Step("when", N_("When may we call?"), WHEN, label=N_("When")),
        Step(
            "time",
            N_("At what time? For example 18:30."),
            clock_time(),
            asked=at_a_time,
            label=N_("Time"),
        ),
        Step(
            "send",
            N_(
                "Shall I send this now? We call with a hidden number, hang up if somebody "
                "else answers, and leave no voicemail."
            ),
            SEND,
        ),
        Step(
            "even_if_left",
            N_("May we call even if you have left this chat by then?"),
            choice(yes=N_("Yes"), no=N_("No")),
            optional=True,
            after=True,
            label=N_("Call even if she leaves"),
        ),
        Step(
            "interpreter",
            N_("Would you like an interpreter? In which language?"),
            choice(no=N_("No")),
            optional=True,
            after=True,
            label=N_("Interpreter"),
        ),
        Step(
            "caller",
            N_("Do you have a wish about who calls?"),
            choice(woman=N_("A woman"), man=N_("A man"), any=N_("No wish")),
            optional=True,
            after=True,
            label=N_("Wish for the caller"),
        ),
        Step(
            "changes",
            N_(
                "Is there something we should do differently when we call? For example "
                "show our number, or another language."
            ),
            free_text(300),
            optional=True,
            after=True,
            label=N_("Do differently"),
        ),
    ),
    request=True,
)
