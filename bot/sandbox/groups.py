"""What happens to groups: made, joined, left, their topics. Verbs of `World`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import messages, people
from .errors import SandboxError
from .model import ADMIN_RIGHTS, Chat, Json, Member, Topic, User

if TYPE_CHECKING:
    from .world import World

ALL_RIGHTS = frozenset(ADMIN_RIGHTS)


def add_group(
    world: "World",
    title: str,
    members: Iterable[int],
    *,
    chat_id: int | None = None,
    forum: bool = True,
    bot_admin: bool = True,
    bot_inside: bool = True,
    reactions: bool = True,
    protected: bool = False,
) -> Chat:
    """Make a supergroup of known people; the first is its owner. The bot joins it as told.

    Raises SandboxError for unknown people or an id that is taken.
    """
    number = world.next_group() if chat_id is None else chat_id
    if number in world.chats or number >= 0:
        raise SandboxError(f"{number} can't be the id of a new group")
    chat = Chat(number, "supergroup", title, None, forum, reactions, protected)
    chat.last_id = 1  # the group's own beginning: 1 also names the General topic
    for index, user_id in enumerate(members):
        status = "creator" if index == 0 else "member"
        chat.members[user_id] = Member(world.user(user_id), status)
    world.chats[number] = chat
    if bot_inside:
        add_bot_to_group(world, number, admin=bot_admin)
    world.publish("people", chat=number)
    return chat


def add_bot_to_group(
    world: "World", chat_id: int, *, admin: bool = True, by: int | None = None
) -> None:
    """Bring the bot into a group; it gets `my_chat_member`."""
    member = (
        Member(world.bot, "administrator", ALL_RIGHTS) if admin else Member(world.bot, "member")
    )
    _set_member(world, world.chat(chat_id), member, by)


def set_bot_rights(world: "World", chat_id: int, **rights: bool) -> None:
    """Give or take the bot's rights as administrator (names as in ChatMemberAdministrator)."""
    me = world.chat(chat_id).members[world.bot.id]
    held = set(me.rights if me.status == "administrator" else ())
    for name, given in rights.items():
        if name not in ALL_RIGHTS:
            raise SandboxError(f"no right {name!r}")
        (held.add if given else held.discard)(name)
    member = Member(world.bot, "administrator", frozenset(held))
    _set_member(world, world.chat(chat_id), member, None)


def remove_bot_from_group(world: "World", chat_id: int, *, by: int | None = None) -> None:
    """Kick the bot out of a group; it gets `my_chat_member`."""
    _set_member(world, world.chat(chat_id), Member(world.bot, "kicked"), by)


def add_member(world: "World", chat_id: int, user_id: int, *, admin: bool = False) -> None:
    """Bring a known person into a group, or make her administrator; tells by `chat_member`."""
    person = world.user(user_id)
    member = Member(person, "administrator", ALL_RIGHTS) if admin else Member(person, "member")
    _set_member(world, world.chat(chat_id), member, None)


def remove_member(world: "World", chat_id: int, user_id: int) -> None:
    """Take a person out of a group; tells by `chat_member`."""
    _set_member(world, world.chat(chat_id), Member(world.user(user_id), "left"), user_id)


def bot_leaves(world: "World", chat: Chat) -> None:
    """Let the bot leave a group of its own accord."""
    _set_member(world, chat, Member(world.bot, "left"), world.bot.id)


def _set_member(world: "World", chat: Chat, member: Member, by: int | None) -> None:
    if chat.private:
        raise SandboxError("a private chat has no members to change")
    old = chat.members.get(member.user.id) or Member(member.user, "left")
    chat.members[member.user.id] = member
    mine = member.user is world.bot
    me = chat.members.get(world.bot.id)
    if not mine and (me is None or me.status != "administrator"):
        return  # only administrators are told of members
    world.updates.add(
        "my_chat_member" if mine else "chat_member",
        {
            "chat": chat.json(),
            "from": _actor(world, chat, by).json(),
            "date": int(world.clock.now()),
            "old_chat_member": old.json(),
            "new_chat_member": member.json(),
        },
    )
    world.publish("people", chat=chat.id)


def _actor(world: "World", chat: Chat, by: int | None) -> User:
    if by is not None:
        return world.users.get(by) or world.user(by)
    owner = next((one.user for one in chat.members.values() if one.status == "creator"), None)
    return owner or messages.ANONYMOUS


def set_group(world: "World", chat_id: int, **settings: Any) -> None:
    """Change a group's `title`, `forum`, `reactions` or `protected`."""
    chat = world.chat(chat_id)
    for name, value in settings.items():
        if name not in ("title", "forum", "reactions", "protected"):
            raise SandboxError(f"a group has no setting {name!r}")
        setattr(chat, name, value)
    world.publish("people", chat=chat_id)


def make_topic(
    world: "World", chat: Chat, by: User, name: str, color: int = 7322096, emoji: str | None = None
) -> Topic:
    """Begin a topic with its service message."""
    created: Json = {"name": name, "icon_color": color}
    if emoji:
        created["icon_custom_emoji_id"] = emoji
    thread = chat.last_id + 1
    topic = chat.topics[thread] = Topic(thread, name, color, emoji, by.id)
    body = {"forum_topic_created": created}
    message = messages.post(world, chat, by, "forum_topic_created", body, thread=thread)
    world.publish("topic", chat=chat.id, thread=thread)
    if by is not world.bot:
        people.tell_bot(world, "message", message)
    return topic


def drop_topic(world: "World", chat: Chat, topic: Topic) -> None:
    """Remove a topic with all its messages."""
    for number in list(topic.ids):
        messages.remove(world, chat, number)
    del chat.topics[topic.thread]
    world.publish("topic", chat=chat.id, thread=topic.thread)


def alter_topic(world: "World", chat: Chat, topic: Topic, by: User, kind: str, body: Json) -> None:
    """Post the service message of an edited, closed or reopened topic."""
    fields = {"thread": topic.thread}
    message = messages.post(world, chat, by, kind, {kind: body}, **fields)
    world.publish("topic", chat=chat.id, thread=topic.thread)
    if by is not world.bot:
        people.tell_bot(world, "message", message)


def _topic(world: "World", chat_id: int, thread: int) -> tuple[Chat, Topic]:
    chat = world.chat(chat_id)
    if thread not in chat.topics:
        raise SandboxError(f"no topic {thread} in group {chat_id}")
    return chat, chat.topics[thread]


def create_topic(world: "World", chat_id: int, user_id: int, name: str) -> int:
    """Begin a topic as a member, and return its thread."""
    return make_topic(world, world.chat(chat_id), world.user(user_id), name).thread


def delete_topic(world: "World", chat_id: int, thread: int) -> None:
    """Delete a topic as staff do; the bot is told nothing."""
    drop_topic(world, *_topic(world, chat_id, thread))


def close_topic(world: "World", chat_id: int, thread: int, user_id: int | None = None) -> None:
    """Close a topic as staff do."""
    chat, topic = _topic(world, chat_id, thread)
    topic.closed = True
    alter_topic(world, chat, topic, _actor(world, chat, user_id), "forum_topic_closed", {})


def reopen_topic(world: "World", chat_id: int, thread: int, user_id: int | None = None) -> None:
    """Reopen a topic as staff do."""
    chat, topic = _topic(world, chat_id, thread)
    topic.closed = False
    alter_topic(world, chat, topic, _actor(world, chat, user_id), "forum_topic_reopened", {})


VERBS = (
    add_group,
    set_group,
    add_bot_to_group,
    remove_bot_from_group,
    set_bot_rights,
    add_member,
    remove_member,
    create_topic,
    delete_topic,
    close_topic,
    reopen_topic,
)
