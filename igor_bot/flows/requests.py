"""What I asked for, and how it stands: kind and state, never number, time, place or word."""

from igor_bot.flows.answers import choice, choice_from, free_text
from igor_bot.flows.engine import Context, Flow, Options, Step
from igor_bot.texts import N_


def _requests(context: Context) -> Options:
    return dict(context.requests)


REQUESTS = Flow(
    "requests",
    (
        Step("which", N_("Which one is it about?"), choice_from(_requests, free=False)),
        Step(
            "what",
            N_("What would you like to do with it?"),
            choice(
                free=False,
                stop=N_("Stop it"),
                change=N_("Change something"),
                keep=N_("Leave it as it is"),
            ),
        ),
        Step(
            "change",
            N_("What should be different?"),
            free_text(150),
            asked=lambda a: a.get("what") == "change",
        ),
    ),
)
