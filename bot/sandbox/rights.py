"""Who may do what, where: chats the bot can reach, topics it can write in, rights it holds."""

from typing import TYPE_CHECKING

from .errors import ApiError, bad_request, forbidden
from .model import Chat, Member, Message, Topic
from .params import Params

if TYPE_CHECKING:
    from .world import World

DAY = 24 * 3600
DELETABLE = 2 * DAY
UNDELETABLE = frozenset({"forum_topic_created"})


def known_chat(world: "World", params: Params) -> Chat:
    """The chat that `chat_id` names and the bot has met; raises ApiError when there is none."""
    raw = params.text("chat_id").strip()
    if not raw:
        raise bad_request("chat_id is empty")
    try:
        chat = world.chats.get(int(raw))
    except ValueError:
        chat = None
    if chat is None or (not chat.private and world.bot.id not in chat.members):
        raise bad_request("chat not found")
    return chat


def reachable_chat(world: "World", params: Params) -> Chat:
    """The chat `chat_id` names, if the bot may write there; raises ApiError as Telegram does."""
    chat = known_chat(world, params)
    if chat.user is not None:
        if chat.user.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.user.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat
    me = chat.members[world.bot.id]
    if me.status == "kicked":
        raise forbidden("bot was kicked from the supergroup chat")
    if not me.inside:
        raise forbidden("bot is not a member of the supergroup chat")
    return chat


def bot_member(world: "World", chat: Chat) -> Member:
    """What the bot is in a group."""
    return chat.members[world.bot.id]


def writable_topic(world: "World", chat: Chat, params: Params) -> int | None:
    """The thread to write in, None outside topics; raises ApiError if it is gone or closed."""
    if not params.has("message_thread_id"):
        return None
    thread = params.integer("message_thread_id")
    if thread == 0:
        return None
    topic = chat.topics.get(thread)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not bot_member(world, chat).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread


def forum_chat(world: "World", params: Params) -> Chat:
    """The forum that `chat_id` names; raises ApiError when it is none."""
    chat = reachable_chat(world, params)
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    return chat


def known_topic(world: "World", params: Params) -> tuple[Chat, Topic]:
    """The forum and the topic a call names; raises ApiError when there is none."""
    chat = forum_chat(world, params)
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


def require_right(world: "World", chat: Chat, right: str, deed: str) -> None:
    """Raise ApiError, naming the `deed`, where the bot has not the `right` of an administrator."""
    if not bot_member(world, chat).may(right):
        raise bad_request(f"not enough rights to {deed}")


def undeletable(world: "World", chat: Chat, message: Message) -> ApiError | None:
    """Why the bot can't delete `message`, as Telegram says it; None when it can."""
    age = world.clock.now() - message.date
    if message.kind in UNDELETABLE:
        return bad_request("message can't be deleted")
    if age >= DELETABLE or (chat.private and message.kind == "dice" and age <= DAY):
        return bad_request("message can't be deleted for everyone")
    own = message.sender is world.bot
    if chat.private or own or bot_member(world, chat).may("can_delete_messages"):
        return None
    return bad_request("message can't be deleted")
