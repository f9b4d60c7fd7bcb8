"""A Telegram update from a private chat -> what she did. Nothing else."""

from __future__ import annotations

from telegram import Message, Update

from igor_bot import discretion
from igor_bot.person import (
    Blocked,
    Corrected,
    Event,
    Exited,
    Pressed,
    Said,
    Started,
    Wrote,
)
from igor_bot.store.work import Known

COPIED = ("photo", "voice", "video", "video_note", "audio", "document", "sticker", "animation")
"""Attachments that are copied to the desk as they are."""


def event_of(update: Update, known: Known, relayed_to: str) -> Event | None:
    """Return what she did, or None where nothing is to be answered.

    `relayed_to`: the organisation to which an edited message had been passed on, if any.
    """
    if update.my_chat_member is not None:
        gone = update.my_chat_member.new_chat_member.status == "kicked"
        return Blocked() if gone else None
    if update.callback_query is not None:
        return _pressed(update, known)
    if update.edited_message is not None:
        return Corrected(said_of(update.edited_message), relayed_to)
    if update.message is None:
        return None
    words = update.message.text or ""
    if discretion.is_quick_exit(words):
        return Exited()
    if words.split(" ")[0].split("@")[0].casefold() == "/start":
        return Started()
    return Wrote(said_of(update.message))


def _pressed(update: Update, known: Known) -> Event | None:
    query = update.callback_query
    if query is None or query.data is None:
        return None
    if query.data in discretion.EXIT_DATA:
        return Exited()
    message_id = query.message.message_id if query.message else 0
    return Pressed(query.data, known.question.holds(message_id), known.question.pending)


def said_of(message: Message) -> Said:
    """Return what a message says: words, or an attachment by its id."""
    words = message.text or message.caption or ""
    if message.text is not None:
        return Said("text", message.message_id, words)
    if message.contact is not None:
        return Said("contact", message.message_id, words, message.contact.phone_number)
    if message.venue is not None:
        spot = message.venue
        where = f"{spot.title}, {spot.address} ({_spot(spot.location.latitude, spot.location.longitude)})"
        return Said("venue", message.message_id, words, where)
    if message.location is not None:
        where = _spot(message.location.latitude, message.location.longitude)
        return Said("location", message.message_id, words, where)
    for kind in COPIED:
        if getattr(message, kind):
            return Said(kind, message.message_id, words)
    return Said("other", message.message_id, words)


def _spot(latitude: float, longitude: float) -> str:
    return f"{latitude:.5f}, {longitude:.5f}"
