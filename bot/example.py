"""The example igor.toml, and the few questions that fill it in."""

from __future__ import annotations

from collections.abc import Callable

_TEMPLATE = """\
# The settings of igor-bot. Secrets are not here: IGOR_TOKEN (or IGOR_TOKEN_FILE) holds the bot's
# token, the key file lies beside this file. `igor-bot doctor` checks everything.

[service]
name = {name!s}                   # how the service calls itself to people
languages = ["sv", "en"]          # enabled catalogues, the first is the default
vanish_hours = 24                 # messages in a person's chat are deleted after this, 1..34
retention_days = 30               # after a case is closed: choose it with your lawyer

[[area]]
id = "{area_id}"
name = {area_name!s}
time_zone = "Europe/Stockholm"
out_of_hours_phone = "{phone}"

[[area.desk]]                     # a Telegram supergroup with topics; the bot must be an admin
organisation = "social"           # or "police"
chat_id = {chat_id}               # add the bot to the group: it says the id
language = "sv"
staff = [{staff}]                 # Telegram user ids of those who may answer

[[area.ladder]]                   # whom to alert, seconds after the request, until somebody claims
after_s = 0
alert = "on_duty"
[[area.ladder]]
after_s = 120
alert = "backup"
[[area.ladder]]
after_s = 300
alert = "tell_person"

# Numbers that people are given; an entry here replaces the built-in one of the same id (emergency,
# police, helpline, men_line, trans_line, stop_line, child_line, care). Check every one before launch.
# [[number]]
# id = "helpline"
# label = "Kvinnofridslinjen"
# number = "020-50 50 50"
# source = "kvinnofridslinjen.se"
# checked = "2026-11-01"
"""


def _filled(**values: str) -> str:
    text = _TEMPLATE
    for key, value in values.items():
        text = text.replace("{" + key + "!s}", f'"{value}"').replace("{" + key + "}", value)
    return text


_DEFAULTS = {
    "name": "Tillsammans",
    "area_id": "sodermalm",
    "area_name": "Södermalm",
    "phone": "+46 8 000 00 00",
    "chat_id": "-1001000000001",
    "staff": "5001, 5002",
}
TOML = _filled(**_DEFAULTS)

_QUESTIONS = {
    "name": "What is the service called, to the people who write",
    "area_name": "The first area's name",
    "area_id": "A short id for it (a-z, 0-9 and -)",
    "phone": "The number to call out of hours",
    "chat_id": "The desk's chat id (add the bot to the group and it says it)",
    "staff": "Telegram user ids of the duty workers, separated by commas",
}


def asked(ask: Callable[..., str]) -> str:
    """Return an igor.toml filled in by asking; each answer has a default."""
    answers = {
        key: str(ask(question, default=_DEFAULTS[key])) for key, question in _QUESTIONS.items()
    }
    return _filled(**{key: value.replace('"', "'") for key, value in answers.items()})
