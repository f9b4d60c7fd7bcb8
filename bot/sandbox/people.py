"""What people do: write, send things, edit, delete, read. Verbs of `World`."""

from typing import TYPE_CHECKING, Any

from . import entities, messages
from .errors import SandboxError
from .files import FOLDERS, media_body
from .model import Chat, Json, Member, Message, User

if TYPE_CHECKING:
    from .world import World

PLAIN = {
    "location": ("latitude", "longitude"),
    "contact": ("phone_number", "first_name"),
    "venue": ("latitude", "longitude", "title", "address"),
    "dice": ("emoji", "value"),
}
DEFAULTS: dict[str, Any] = {
    "latitude": 59.3293,
    "longitude": 18.0686,
    "phone_number": "+46701740605",
    "first_name": "Sam",
    "title": "Central station",
    "address": "1 Main street",
    "emoji": "🎲",
    "value": 4,
}


def add_person(
    world: "World",
    name: str,
    *,
    username: str | None = None,
    language: str = "sv",
    user_id: int | None = None,
) -> User:
    """Make a person with a phone; her private chat has her id. Raises SandboxError if taken."""
    if user_id is None:
        user_id = world.next_person()
    if user_id in world.users:
        raise SandboxError(f"user {user_id} is there already")
    person = User(user_id, name, username, language)
    world.users[user_id] = person
    world.chats[user_id] = Chat(user_id, "private", user=person)
    world.publish("people", user=user_id)
    return person


def say(
    world: "World",
    chat_id: int,
    user_id: int,
    text: str,
    *,
    thread: int | None = None,
    reply_to: int | None = None,
    anonymous: bool = False,
    language: str | None = None,
) -> Message:
    """Write `text` as a person; `language` changes the app's language first.

    Raises SandboxError when the person could not write that there.
    """
    text = entities.clean(text)
    if not text or entities.utf16(text) > 4096:
        raise SandboxError("a message has 1 to 4096 characters")
    if language is not None:
        world.user(user_id).language = language
    body: Json = {"text": text}
    found = entities.find(text)
    if found:
        body["entities"] = found
    return _write(world, chat_id, user_id, "text", body, thread, reply_to, anonymous)


def send_media(
    world: "World",
    chat_id: int,
    user_id: int,
    kind: str,
    *,
    content: bytes | None = None,
    caption: str | None = None,
    thread: int | None = None,
    reply_to: int | None = None,
    file_name: str | None = None,
    anonymous: bool = False,
    **fields: Any,
) -> Message:
    """Send something other than text as a person; `fields` go into the API's object.

    Raises SandboxError for an unknown kind, or when the person could not send that there.
    """
    if kind in FOLDERS:
        file = world.files.add(kind, content or b"\xff\xd8\xff", file_name, about=fields)
        body = media_body(file)
    elif kind in PLAIN:
        body = _plain_body(kind, fields)
    else:
        raise SandboxError(f"no media of kind {kind!r}")
    if caption:
        body["caption"] = entities.clean(caption)
        found = entities.find(body["caption"])
        if found:
            body["caption_entities"] = found
    return _write(world, chat_id, user_id, kind, body, thread, reply_to, anonymous)


def _plain_body(kind: str, fields: Json) -> Json:
    unknown = fields.keys() - PLAIN[kind] - {"last_name", "user_id", "horizontal_accuracy"}
    if unknown:
        raise SandboxError(f"{kind} has no {sorted(unknown)}")
    found = {**{name: DEFAULTS[name] for name in PLAIN[kind]}, **fields}
    if kind == "venue":
        spot = {name: found.pop(name) for name in ("latitude", "longitude")}
        return {"location": spot, "venue": {"location": spot, **found}}
    return {kind: found}


def _write(
    world: "World",
    chat_id: int,
    user_id: int,
    kind: str,
    body: Json,
    thread: int | None,
    reply_to: int | None,
    anonymous: bool,
) -> Message:
    chat, person = world.chat(chat_id), world.user(user_id)
    check_place(chat, person, thread, reply_to)
    if reply_to is not None and thread is None:
        thread = chat.messages[reply_to].thread
    fields: Json = {"thread": thread, "reply_to": reply_to}
    if anonymous:
        if chat.private or chat.members[user_id].status not in ("creator", "administrator"):
            raise SandboxError("only administrators of a group can be anonymous")
        fields["sender_chat"] = chat
        person = messages.ANONYMOUS
    if chat.private:
        person.started = True
    message = messages.post(world, chat, person, kind, body, **fields)
    read(world, chat_id, user_id)
    tell_bot(world, "message", message)
    return message


def check_place(chat: Chat, person: User, thread: int | None, reply_to: int | None) -> None:
    """Raise SandboxError where the person can't write to that topic, or reply to that message."""
    if chat.private:
        if chat.user is not person:
            raise SandboxError("nobody else can write in a private chat")
        if person.blocked:
            raise SandboxError("she has blocked the bot; unblock first")
    else:
        member = chat.members.get(person.id)
        if member is None or not member.inside:
            raise SandboxError(f"user {person.id} is not in group {chat.id}")
        if thread is not None:
            _check_topic(chat, member, thread)
    if reply_to is not None and reply_to not in chat.messages:
        raise SandboxError(f"message {reply_to} is not there to reply to")


def _check_topic(chat: Chat, member: Member, thread: int) -> None:
    topic = chat.topics.get(thread)
    if topic is None:
        raise SandboxError(f"no topic {thread} in group {chat.id}")
    if topic.closed and not member.may("can_manage_topics"):
        raise SandboxError("the topic is closed")


def tell_bot(world: "World", kind: str, message: Message) -> None:
    """Queue an update about a person's message, if the bot sees it there."""
    if _visible(world, message):
        world.updates.add(kind, messages.api_json(world, message))


def _visible(world: "World", message: Message) -> bool:
    if message.chat.private or world.sees_all:
        return message.chat.private or world.inside(message.chat)
    me = message.chat.members.get(world.bot.id)
    if me is None or not me.inside:
        return False
    if me.status == "administrator" or message.kind not in ("text", *FOLDERS, *PLAIN):
        return True
    replied = message.chat.messages.get(message.reply_to or 0)
    text = message.body.get("text", "")
    name = f"@{world.bot.username}"
    return (
        text.startswith("/")
        or name in text
        or (replied is not None and replied.sender is world.bot)
    )


def edit(world: "World", chat_id: int, user_id: int, message_id: int, text: str) -> Message:
    """Change the text or caption of one's own message; raises SandboxError where one can't."""
    message = _own(world, chat_id, user_id, message_id)
    text = entities.clean(text)
    field = "text" if message.kind == "text" else "caption"
    if not text and field == "text":
        raise SandboxError("a message has 1 to 4096 characters")
    found = entities.find(text)
    marks = "entities" if field == "text" else "caption_entities"
    body = {key: value for key, value in message.body.items() if key != marks}
    message.body = {**body, field: text, **({marks: found} if found else {})}
    message.edit_date = int(world.clock.now())
    messages.changed(world, message)
    tell_bot(world, "edited_message", message)
    return message


def delete(world: "World", chat_id: int, user_id: int, message_id: int) -> None:
    """Delete a message for both sides as a person; the bot is told nothing.

    Raises SandboxError when the message is gone or not the person's to delete.
    """
    chat = world.chat(chat_id)
    message = chat.messages.get(message_id)
    if message is None:
        raise SandboxError(f"message {message_id} is gone")
    member = chat.members.get(user_id)
    admin = member is not None and member.may("can_delete_messages")
    if not (chat.private or admin):
        _own(world, chat_id, user_id, message_id)
    messages.remove(world, chat, message_id)


def _own(world: "World", chat_id: int, user_id: int, message_id: int) -> Message:
    message = world.chat(chat_id).messages.get(message_id)
    if message is None:
        raise SandboxError(f"message {message_id} is gone")
    if message.sender is not world.user(user_id):
        raise SandboxError(f"message {message_id} is not hers")
    return message


def read(world: "World", chat_id: int, user_id: int) -> None:
    """Open a chat, which takes its previews off the lock screen."""
    world.locks.read(chat_id, user_id)
    messages.ring(world, world.chat(chat_id), [user_id])


VERBS = (add_person, say, send_media, edit, delete, read)
