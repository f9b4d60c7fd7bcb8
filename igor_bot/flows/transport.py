"""Ask for a ride to an interview or to protected accommodation."""

from igor_bot.flows.answers import choice, clock_time, free_text, head_count, phone_number, place
from igor_bot.flows.common import AREA, DANGER, SEND, WHEN, YES_NO, at_a_time, number_missing
from igor_bot.flows.engine import Answers, Flow, Step
from igor_bot.texts import N_


def _to_police(answers: Answers) -> bool:
    return answers.get("where_to") == "police"


TRANSPORT = Flow(
    "transport",
    (
        AREA,
        *DANGER,
        Step("when", N_("When do you need the ride?"), WHEN, label=N_("When")),
        Step(
            "time",
            N_("At what time? For example 18:30."),
            clock_time(),
            asked=at_a_time,
            label=N_("Time"),
        ),
        Step(
            "pickup",
            N_("Where can the driver meet you safely?"),
            place(settle=N_("Settle it with the duty worker")),
            label=N_("Meeting place"),
            guarded=True,
        ),
        Step(
            "number",
            N_("Which number may the duty worker call about the ride?"),
            phone_number(chat=N_("Settle it in this chat")),
            asked=number_missing,
            label=N_("Number"),
            guarded=True,
        ),
        Step("people", N_("How many people, with children?"), head_count(), label=N_("People")),
        Step(
            "send",
            N_("Shall I send this now? A duty worker talks with you before any car sets off."),
            SEND,
        ),
        Step(
            "where_to",
            N_("Where to?"),
            choice(
                police=N_("To the police"),
                accommodation=N_("To safe housing"),
                settle=N_("Settle it with the duty worker"),
            ),
            optional=True,
            after=True,
            label=N_("Where to"),
        ),
        Step(
            "police_may",
            N_(
                "What may we pass to the police so that they can drive you? If you "
                "say nothing, social services arrange the ride."
            ),
            choice(
                free=False,
                ride=N_("What the driver needs: time, place, who comes, how to meet"),
                all=N_("That, and my number"),
                nothing=N_("Nothing"),
            ),
            asked=_to_police,
            optional=True,
            after=True,
            label=N_("Police may know"),
        ),
        Step(
            "other_party",
            N_("Where is the other person now?"),
            free_text(300),
            optional=True,
            after=True,
            label=N_("Other party"),
        ),
        Step(
            "ages",
            N_("How old are the children who come along?"),
            free_text(100),
            optional=True,
            after=True,
            label=N_("Children's ages"),
        ),
        Step(
            "mobility",
            N_("Does anyone need help to walk, or have a wheelchair or a pram?"),
            free_text(200),
            optional=True,
            after=True,
            label=N_("Mobility"),
        ),
        Step(
            "pets", N_("Do pets come along?"), YES_NO, optional=True, after=True, label=N_("Pets")
        ),
        Step(
            "arrival",
            N_("How should the driver make contact, and is there a car you would not want to see?"),
            free_text(300),
            optional=True,
            after=True,
            label=N_("On arrival"),
        ),
        Step(
            "back_home",
            N_("Do you need a ride back?"),
            YES_NO,
            optional=True,
            after=True,
            label=N_("Ride back"),
        ),
    ),
    request=True,
)
