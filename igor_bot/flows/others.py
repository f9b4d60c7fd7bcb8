"""It is about someone else: each who writes gets an answer of their own, and no news of anybody."""

from igor_bot.flows.answers import choice
from igor_bot.flows.engine import Flow, Step
from igor_bot.texts import N_

OTHERS = Flow(
    "others",
    (
        Step(
            "who",
            N_("What is it about?"),
            choice(
                friend=N_("Someone I worry about"),
                own=N_("I hurt someone myself"),
                minor=N_("I am under 18"),
                professional=N_("I ask through my work"),
                contact=N_("Has somebody been in touch with you?"),
            ),
        ),
    ),
)

FISHING = N_(
    "I can't say whether anybody has written here, and staff can't either. If you need help "
    "yourself, write here or call {helpline}."
)

PAGES: dict[str, tuple[str, ...]] = {
    "friend": (
        N_(
            "It is good that you care. Ask how they are when you are alone together, listen, believe "
            "them, and let them decide the pace. Don't confront the other person: that can make it "
            "worse."
        ),
        N_(
            "You can ask for advice here without giving a name, or call {helpline}. In danger "
            "{emergency}."
        ),
    ),
    "own": (
        N_(
            "It takes courage to say it, and it can stop. {stop_line} helps people who use violence "
            "against someone close, free and without a name. Social services offer treatment."
        ),
        N_("If somebody is in danger now, call {emergency}."),
    ),
    "minor": (
        N_(
            "What you live with at home is never your fault. You can write here or call {child_line}"
            " (Bris). In danger {emergency}."
        ),
        N_(
            "Good to know first: grown-ups who work here must tell social services when a child is "
            "at risk. They do it to help, and they can tell you how it goes."
        ),
    ),
    "professional": (
        N_(
            "For advice in your work, call the area's social services: {phone}. You can ask without "
            "naming anybody. A report of concern for a child goes to social services as well."
        ),
    ),
    "contact": (FISHING,),
}
NUMBERS_ONLY = N_("Numbers to call: {stop_line}, in danger {emergency}.")
