"""What a locked phone shows: previews of messages, gone when deleted or read; and pop-ups."""

from collections import defaultdict, deque

from .entities import utf16
from .model import Json, Message, User

KEPT = 200
LENGTH = 240
PREVIEWS = {
    "photo": "Photo",
    "voice": "Voice message",
    "video": "Video",
    "audio": "Audio",
    "document": "Document",
    "location": "Location",
    "venue": "Location",
    "contact": "Contact",
}


def preview(message: Message) -> str:
    """The text a lock screen shows of a message, as Telegram words it."""
    body = message.body
    if message.kind == "text":
        return _short(_veiled(body["text"], body.get("entities", [])))
    if body.get("caption"):
        return _short(_veiled(body["caption"], body.get("caption_entities", [])))
    if message.kind == "sticker":
        return f"{body['sticker'].get('emoji', '')} Sticker".strip()
    if message.kind == "dice":
        return str(body["dice"]["emoji"])
    if message.kind == "document":
        return str(body["document"].get("file_name") or "Document")
    return PREVIEWS.get(message.kind, "")


def _short(text: str) -> str:
    return " ".join(text[: LENGTH * 2].split())[:LENGTH]


def _veiled(text: str, entities: list[Json]) -> str:
    for entity in entities:
        if entity["type"] == "spoiler":
            units = text.encode("utf-16-le")
            start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
            dots = "▒" * utf16(units[start:end].decode("utf-16-le", "replace"))
            text = (units[:start] + dots.encode("utf-16-le") + units[end:]).decode("utf-16-le")
    return text


class LockScreens:
    """Notifications of all phones, and the pop-ups that answered their buttons."""

    def __init__(self) -> None:
        self._shown: dict[int, dict[tuple[int, int], Json]] = defaultdict(dict)
        self._popups: dict[int, deque[Json]] = defaultdict(lambda: deque(maxlen=KEPT))

    def arrive(self, message: Message, readers: list[User]) -> None:
        """Show the message on the phone of each of `readers`."""
        text = preview(message)
        if not text:
            return
        chat, sender = message.chat, message.sender
        name = sender.name if sender is not None else ""
        entry: Json = {
            "chat_id": chat.id,
            "title": name if chat.private else chat.title,
            "text": text if chat.private else f"{name}: {text}",
            "silent": message.silent,
            "message_id": message.id,
            "date": message.date,
        }
        topic = chat.topics.get(message.thread or 0)
        if topic is not None:
            entry["topic"] = topic.name
        for reader in readers:
            shown = self._shown[reader.id]
            shown[chat.id, message.id] = entry
            if len(shown) > KEPT:
                del shown[next(iter(shown))]

    def of(self, user_id: int) -> list[Json]:
        """What the user's lock screen shows now, oldest first."""
        return list(self._shown[user_id].values()) if user_id in self._shown else []

    def gone(self, chat_id: int, message_id: int, readers: list[int]) -> None:
        """Take a deleted message off the phones of `readers`."""
        for user_id in readers:
            if user_id in self._shown:
                self._shown[user_id].pop((chat_id, message_id), None)

    def read(self, chat_id: int, user_id: int) -> None:
        """Take a chat that was opened off the user's lock screen."""
        shown = self._shown.get(user_id)
        if shown:
            self._shown[user_id] = {key: one for key, one in shown.items() if key[0] != chat_id}

    def pop_up(self, user_id: int, entry: Json) -> None:
        """Keep the answer to a pressed button."""
        self._popups[user_id].append(entry)

    def popups(self, user_id: int) -> list[Json]:
        """The answers the user's presses got, oldest first."""
        return list(self._popups[user_id]) if user_id in self._popups else []
