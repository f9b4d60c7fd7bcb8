"""The way in: language, the gate, what was kept from before it, the menu."""

from igor_bot import texts
from igor_bot.flows.answers import choice, choice_from, free_text
from igor_bot.flows.engine import Context, Flow, Options, Step
from igor_bot.texts import N_

# Translators: asked before anything else is shown. Keep it something anybody could be asked.
GATE = N_("Can you read undisturbed right now?")

# Translators: shown before the first question. Keep it this short.
DISCLOSURE = N_(
    "I'm a robot. Staff at {organisation} read what you send; they can't see who or where you are. "
    "If a child or life is at risk, they may have to share it. Telegram stores messages. "
    "Danger now: {emergency}."
)


def language_options(context: Context) -> Options:
    """Her guessed language stands first."""
    order = sorted(context.languages, key=lambda code: code != context.language)
    return {code: texts.verbatim(texts.name_of(code)) for code in order}


WELCOME = Flow(
    "welcome",
    (
        Step(
            "language",
            N_("Hi! Choose your language. Type x to stop at any time."),
            choice_from(language_options, free=False),
        ),
        Step("gate", GATE, choice(free=False, yes=N_("Yes"), not_now=N_("Not now"))),
        Step(
            "kept",
            N_("Shall I send this to a duty worker?"),
            choice(free=False, send=N_("Send it"), drop=N_("No, forget it")),
        ),
        Step("menu", N_("What would you like to do? You can also just write."), free_text()),
    ),
)

# Short labels share a row, so that the whole menu fits a small screen.
MENU: tuple[tuple[tuple[str, str], ...], ...] = (
    (("go:talk", N_("Talk to someone")),),
    (("go:callback", N_("Ask for a call")), ("go:transport", N_("Ask for a ride"))),
    (("go:support", N_("Support and safe housing")),),
    (("go:information", N_("What happens if…")), ("others:who:minor", N_("I am under 18"))),
    (("go:others", N_("It is about someone else")),),
    (("go:requests", N_("My requests")), ("go:privacy", N_("Privacy and safety"))),
)

WAITING = N_(
    "Sent {time}. Nobody has answered yet. By {promise} you'll see here how it stands. "
    "Keep writing, or call {phone}."
)
WAITING_OPEN = N_("Sent {time}. Nobody has answered yet. Keep writing, or call {phone}.")
TO_OWNER = N_("Sent {time} to the duty worker who has your request.")
