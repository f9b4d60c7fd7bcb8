"""Ready phrases: the desk picks one in its language, she reads it in hers."""

from igor_bot.texts import N_

PHRASES: tuple[str, ...] = (
    N_("I'm here. Take the time you need."),
    N_("Can you tell me where the other person is right now?"),
    N_("Are you hurt?"),
    N_("Are there children with you?"),
    N_("Is it better if I call you?"),
    N_("You have done nothing wrong."),
    N_("I need a moment to ask a colleague. I'm still here."),
    N_("You decide what happens next."),
    N_("If it gets dangerous, call 112. They have interpreters."),
    N_("We can end here for now. Write again whenever you want."),
)
