"""Messages of all chats: how they are posted, changed, removed, and shown by the API."""

from typing import TYPE_CHECKING, Any

from .markup import shown
from .model import Chat, Json, Message, User

if TYPE_CHECKING:
    from .world import World

ANONYMOUS = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)


def post(world: "World", chat: Chat, sender: User, kind: str, body: Json, **fields: Any) -> Message:
    """Add a message to a chat, tell the phones, and return it; `fields` are Message's."""
    if chat.private:
        world.private_last += 1
        number = world.private_last
    else:
        chat.last_id += 1
        number = chat.last_id
    now = int(world.clock.now())
    message = Message(number, chat, sender, now, kind, body, **fields)
    chat.messages[number] = message
    topic = chat.topics.get(message.thread) if message.thread else None
    if topic is not None:
        topic.ids[number] = None
    phones = readers(world, chat, sender)
    world.locks.arrive(message, phones)
    if world.listeners:
        changed(world, message, "message")
        ring(world, chat, [phone.id for phone in phones])
    return message


def ring(world: "World", chat: Chat, user_ids: list[int]) -> None:
    """Tell the page that these lock screens look different now."""
    for user_id in user_ids if world.listeners else ():
        shown_now = world.notifications(user_id)
        world.publish("notification", chat=chat.id, user=user_id, notifications=shown_now)


def readers(world: "World", chat: Chat, sender: User) -> list[User]:
    """Whose phones a message of `sender` rings on."""
    if chat.user is not None:
        return [chat.user] if sender is not chat.user else []
    return [
        member.user
        for member in chat.members.values()
        if member.inside and member.user is not sender and member.user is not world.bot
    ]


def changed(world: "World", message: Message, kind: str = "edit") -> None:
    """Tell the page that a message looks different now."""
    if world.listeners:
        chat = message.chat.id
        world.publish(kind, chat=chat, message=world.shown(message), thread=message.thread)


def remove(world: "World", chat: Chat, number: int) -> None:
    """Take a message away for both sides."""
    message = chat.messages.pop(number)
    topic = chat.topics.get(message.thread) if message.thread else None
    if topic is not None:
        topic.ids.pop(number, None)
    phones = [chat.user.id] if chat.user else list(chat.members)
    world.locks.gone(chat.id, number, phones)
    if world.listeners:
        world.publish("delete", chat=chat.id, message_id=number, thread=message.thread)
        ring(world, chat, phones)


def api_json(world: "World", message: Message, *, nested: bool = False) -> Json:
    """The API's Message object; a nested one carries no reply of its own."""
    data: Json = {
        "message_id": message.id,
        "chat": message.chat.json(),
        "date": message.date,
    }
    if message.sender is not None:
        data["from"] = message.sender.json()
    if message.sender_chat is not None:
        data["sender_chat"] = message.sender_chat.json()
    if message.thread is not None:
        data["message_thread_id"] = message.thread
        data["is_topic_message"] = True
    replied = None if nested else _replied(message)
    if replied is not None:
        data["reply_to_message"] = api_json(world, replied, nested=True)
    data.update(message.body)
    _add_state(data, message)
    return data


def _replied(message: Message) -> Message | None:
    number = message.reply_to if message.reply_to is not None else message.thread
    return message.chat.messages.get(number) if number and number != message.id else None


def _add_state(data: Json, message: Message) -> None:
    markup = shown(message.markup)
    if markup is not None:
        data["reply_markup"] = markup
    if message.edit_date is not None:
        data["edit_date"] = message.edit_date
    if message.protected or message.chat.protected:
        data["has_protected_content"] = True
    if message.origin is not None:
        data["forward_origin"] = message.origin


def view(world: "World", message: Message) -> Json:
    """The message as a member sees it on the page."""
    body = message.body
    sender = message.sender_chat.title if message.sender_chat else None
    replied = message.reply_to
    seen: Json = {
        "id": message.id,
        "from_id": message.sender.id if message.sender else None,
        "from_name": sender or (message.sender.name if message.sender else ""),
        "bot": message.sender is world.bot,
        "kind": message.kind,
        "text": body.get("text"),
        "caption": body.get("caption"),
        "entities": body.get("entities") or body.get("caption_entities") or [],
        "media": _media(message),
        "keyboard": (shown(message.markup) or {}).get("inline_keyboard"),
        "reply_to": replied if replied in message.chat.messages else None,
        "reactions": list(message.reactions.values()),
        "edited": message.edit_date is not None,
        "date": message.date,
        "thread": message.thread,
        "silent": message.silent,
        "protected": message.protected or message.chat.protected,
        "pinned": message.pinned,
        "forwarded": message.origin is not None,
    }
    return seen


def _media(message: Message) -> Json | None:
    if message.kind == "text" or message.kind not in message.body:
        return None
    found = message.body[message.kind]
    return dict(found[-1] if isinstance(found, list) else found)
