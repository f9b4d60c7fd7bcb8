"""The conversations, as data."""

from igor_bot.flows.callback import CALLBACK
from igor_bot.flows.engine import Flow
from igor_bot.flows.information import INFORMATION
from igor_bot.flows.others import OTHERS
from igor_bot.flows.privacy import PRIVACY
from igor_bot.flows.requests import REQUESTS
from igor_bot.flows.support import SUPPORT
from igor_bot.flows.talk import TALK
from igor_bot.flows.transport import TRANSPORT
from igor_bot.flows.welcome import WELCOME

FLOWS: dict[str, Flow] = {
    flow.name: flow
    for flow in (
        WELCOME,
        TALK,
        CALLBACK,
        TRANSPORT,
        SUPPORT,
        INFORMATION,
        OTHERS,
        REQUESTS,
        PRIVACY,
    )
}
