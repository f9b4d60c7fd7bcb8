"""What happens if…: short pages, the numbers from the settings with source and check date."""

from igor_bot.flows.answers import choice_from
from igor_bot.flows.engine import Context, Flow, Options, Step
from igor_bot.texts import N_, Text

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "interview": (
        N_("… I go to a police interview"),
        (
            N_(
                "An interview is a talk in which a police officer asks what has happened. You may "
                "bring a support person, and you can have an interpreter free of charge."
            ),
            N_(
                "You can take breaks and say when something is too hard. You can ask for a ride there "
                "from this chat."
            ),
        ),
    ),
    "counsel": (
        N_("… I want a lawyer of my own"),
        (
            N_(
                "Somebody who has been subjected to a crime can often have counsel for the injured "
                "party, free of charge and from the first interview. Ask the police or the prosecutor; "
                "the prosecutor applies and a court decides."
            ),
        ),
    ),
    "contact_ban": (
        N_("… someone must stay away from me"),
        (
            N_(
                "A restraining order can forbid someone to visit, follow or contact you. You apply to "
                "the police or the prosecutor, and it costs nothing. A prosecutor decides."
            ),
        ),
    ),
    "housing": (
        N_("… I need a safe place to stay"),
        (
            N_(
                "Social services can arrange protected accommodation, also with children. The address "
                "is secret and is never written in a chat. Ask here or call {phone}."
            ),
        ),
    ),
    "children": (
        N_("… there are children"),
        (
            N_(
                "Children who live with violence have a right to help of their own. Staff who learn "
                "that a child is at risk must report it to social services, who then talk with the "
                "family about what support is needed."
            ),
        ),
    ),
    "injuries": (
        N_("… I have been hurt"),
        (
            N_(
                "Care comes first: {care} gives advice day and night, in an emergency {emergency}. "
                "Health care can document injuries, and you decide about a police report yourself."
            ),
            N_(
                "If you take pictures, keep them somewhere only you can open, with the date. Messages "
                "here are removed after a while."
            ),
        ),
    ),
    "phone": (
        N_("… someone checks my phone"),
        (
            N_(
                "In Telegram, Settings, Devices shows which other devices read your chats. A screen "
                "lock that only you know helps; changing much at once may be noticed."
            ),
            N_(
                "A spy program can see everything you do. If you think there is one, use another phone "
                "for what matters."
            ),
        ),
    ),
    "numbers": (N_("Numbers to call"), (N_("Press a number to copy it."),)),
}


def _pages(_: Context) -> Options:
    return {key: Text(title) for key, (title, _) in PAGES.items()}


INFORMATION = Flow(
    "information",
    (Step("page", N_("What would you like to know about?"), choice_from(_pages, free=False)),),
)
