"""A Telegram update from a desk's chat -> what a worker did. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Message, Update


@dataclass(frozen=True, slots=True)
class Deed:
    """A button of a post: `desk:<deed>:<pseudonym>[:<value>]`."""

    worker: int
    name: str
    callback: str
    message_id: int
    deed: str
    pseudonym: str
    value: str


@dataclass(frozen=True, slots=True)
class Command:
    """/duty, /help and the like, with what stands behind it."""

    worker: int
    name: str
    message_id: int
    thread: int | None
    command: str
    rest: str


@dataclass(frozen=True, slots=True)
class Note:
    """A message in a topic. `to_post`: it answers one of the bot's posts, so it is for her;
    `text` is None for an attachment."""

    worker: int
    name: str
    message_id: int
    thread: int | None
    to_post: bool
    text: str | None
    caption: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Somebody writes as the group itself: nobody can tell who."""

    message_id: int
    thread: int | None


COMMANDS = frozenset({"duty", "help", "start"})
StaffEvent = Deed | Command | Note | Anonymous


def event_of(update: Update, bot_id: int, bot_name: str) -> StaffEvent | None:
    """Return what a worker did, or None where nothing is to be done."""
    if update.callback_query is not None:
        return _deed(update)
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    command = _command(message, bot_name) if update.message else None
    if command is not None and command[0] not in COMMANDS:
        command = None  # words that begin with a slash
    if message.sender_chat is not None:
        to_us = command is not None or _answers_post(message, bot_id)
        return Anonymous(message.message_id, thread) if to_us else None
    if message.from_user.is_bot:
        return None
    worker, name = message.from_user.id, message.from_user.first_name
    if command is not None:
        return Command(worker, name, message.message_id, thread, *command)
    if not message.effective_attachment and message.text is None:
        return None
    return Note(
        worker,
        name,
        message.message_id,
        thread,
        _answers_post(message, bot_id),
        message.text,
        message.caption,
        update.edited_message is not None,
    )


def _deed(update: Update) -> Deed | None:
    query = update.callback_query
    if query is None or query.message is None:
        return None
    parts = (query.data or "").split(":", 3)
    if len(parts) < 3 or parts[0] != "desk":
        parts = ["", "", "", ""]
    return Deed(
        query.from_user.id,
        query.from_user.first_name,
        query.id,
        query.message.message_id,
        parts[1],
        parts[2],
        parts[3] if len(parts) > 3 else "",
    )


def _answers_post(message: Message, bot_id: int) -> bool:
    """In a forum an ordinary message seems to answer the topic's own service message: that is
    not an answer to a post."""
    answered = message.reply_to_message
    return (
        answered is not None
        and answered.from_user is not None
        and answered.from_user.id == bot_id
        and answered.forum_topic_created is None
    )


def _command(message: Message, bot_name: str) -> tuple[str, str] | None:
    if not message.text or not message.text.startswith("/"):
        return None
    head, _, rest = message.text[1:].partition(" ")
    name, at, to = head.partition("@")
    if at and to.casefold() != bot_name.casefold():
        return None
    return name.casefold(), rest.strip().casefold()
