"""Language, what can be seen by whom, empty this chat."""

from igor_bot.flows.answers import choice, choice_from
from igor_bot.flows.engine import Flow, Step
from igor_bot.flows.welcome import language_options
from igor_bot.texts import N_

PRIVACY = Flow(
    "privacy",
    (
        Step(
            "what",
            N_("What would you like to do?"),
            choice(
                free=False,
                seen=N_("Who can see what?"),
                language=N_("Change language"),
                empty=N_("Empty this chat now"),
            ),
        ),
        Step(
            "language",
            N_("Choose your language."),
            choice_from(language_options, free=False),
            asked=lambda a: a.get("what") == "language",
        ),
        Step(
            "empty",
            N_(
                "This removes every message in this chat, on both sides. What the duty "
                "desk has written down stays with them for as long as the law says. "
                "Empty it now?"
            ),
            choice(free=False, yes=N_("Yes, empty it")),
            asked=lambda a: a.get("what") == "empty",
        ),
    ),
)

SEEN = (
    N_(
        "Staff at {organisation} see what you write to them, not your Telegram name, number or "
        "picture. Where police and social services share a matter, each sees only its part."
    ),
    N_(
        "Telegram stores this chat. A computer or tablet that is linked to your account shows it "
        "live: see Settings, Devices in Telegram. Whoever looks this bot up can see what it is."
    ),
    N_(
        "Messages here are removed after {n} h. Type x and everything goes at once. Removing "
        "leaves traces, and a spy program on the phone can read along. To come back after x, send /start: the "
        "chat opens for anybody who answers the first question."
    ),
    N_(
        "When a child or a life is at risk, or a court asks, staff may have to share what they "
        "know."
    ),
)
