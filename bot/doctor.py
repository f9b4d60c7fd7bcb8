"""`igor-bot doctor`: everything that must hold before and while people write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from telegram.error import TelegramError

from bot.telegram import Telegram
from igor_bot.errors import SetupError
from igor_bot.settings import Book, Desk, Settings
from igor_bot.store.crypto import read_master_key
from igor_bot.store.peek import alarms

STALE = timedelta(days=180)
"""Public numbers are to be checked at least this often."""

_ALARMS = {
    "desk": "The desk {subject} cannot be reached since {since}: is the bot still an admin there?",
    "fault": "{count} times since {since} something could not be handled ({subject}); it is kept.",
    "outbox": "{count} messages ({subject}) could not be sent since {since}; they are kept.",
    "key": "{count} times since {since} a {subject} could not be opened: its key is missing.",
    "refused": "{count} messages ({subject}) were refused by Telegram since {since}.",
    "unknown_group": "Somebody added the bot to the group {subject} ({since}); it has left.",
}


@dataclass
class Findings:
    """What was found, in sentences."""

    fine: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def examine(settings: Settings, book: Book) -> Findings:
    """Return what is fine and what is wrong. Raises SetupError for what stops everything."""
    found = Findings()
    read_master_key(settings.key_file)
    found.fine.append("settings and key file")
    _numbers(book, found)
    await _store(settings, found)
    await _telegram(settings, book, found)
    return found


def _numbers(book: Book, found: Findings) -> None:
    today = datetime.now(UTC).date()
    for number in book.numbers.values():
        try:
            old = today - date.fromisoformat(number.checked) > STALE
        except ValueError:
            old = True
        line = f"{number.label} {number.number}, {number.source}, checked {number.checked}"
        (found.wrong if old else found.fine).append(
            f"number {line}" + (": check it" if old else "")
        )


def _is_there(path: Path) -> bool:
    return path.exists()


async def _store(settings: Settings, found: Findings) -> None:
    if not _is_there(settings.database):
        found.fine.append("no database yet: `igor-bot run` makes it")
        return
    try:
        raised = await alarms(settings.database)
    except SetupError as problem:
        found.wrong.append(str(problem))
        return
    for alarm in raised:
        since = datetime.fromtimestamp(alarm.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
        text = _ALARMS[alarm.kind].format(subject=alarm.subject, since=since, count=alarm.count)
        (found.fine if alarm.kind == "unknown_group" else found.wrong).append(text)
    found.fine.append(f"database {settings.database.name}")


async def _telegram(settings: Settings, book: Book, found: Findings) -> None:
    telegram = Telegram(settings.token, settings.api_url)
    try:
        await telegram.open()
        found.fine.append(f"Telegram knows the bot as @{telegram.username}")
        for area in book.area:
            for desk in area.desk:
                await _desk(telegram, area.id, desk, found)
    except TelegramError as problem:
        found.wrong.append(
            f"Telegram does not answer ({type(problem).__name__}): check the token and the network."
        )
    finally:
        await telegram.close()


async def _desk(telegram: Telegram, area_id: str, desk: Desk, found: Findings) -> None:
    name = f"desk {area_id}/{desk.organisation}"
    try:
        chat = await telegram.call("getChat", {"chat_id": desk.chat_id})
        me = {"chat_id": desk.chat_id, "user_id": telegram.id}
        member = await telegram.call("getChatMember", me)
    except TelegramError:
        found.wrong.append(f"{name}: the chat cannot be reached; is the bot a member?")
        return
    if not chat.get("is_forum"):
        found.wrong.append(f"{name}: turn on topics in the group's settings.")
    elif member.get("status") != "administrator" or not member.get("can_manage_topics"):
        found.wrong.append(f"{name}: make the bot an administrator who may manage topics.")
    else:
        found.fine.append(name)
