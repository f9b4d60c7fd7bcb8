"""Methods of the Bot API that change, remove, pin or react to messages, and answer presses."""

from typing import TYPE_CHECKING, Any

from . import messages
from .entities import utf16
from .errors import bad_request
from .markup import read_markup, shown
from .methods_send import rich_text
from .model import Chat, Json, Message
from .params import Params
from .rights import bot_member, reachable_chat, undeletable

if TYPE_CHECKING:
    from .world import World

ANSWER_WITHIN = 15.0
UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_FREE = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 "
    "🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 "
    "🤷‍♀ 😡"
)
REACTIONS = frozenset(_FREE.split())


def _editable(world: "World", params: Params) -> Message:
    chat = reachable_chat(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not world.bot or message.origin is not None:
        raise bad_request("message can't be edited")
    return message


def _edit(world: "World", params: Params, message: Message, body: Json) -> Any:
    markup = shown(read_markup(params, inline_only=True))
    if body == message.body and markup == shown(message.markup):
        raise bad_request(UNCHANGED)
    world.limits.take(message.chat)
    if body != message.body:
        message.edit_date = int(world.clock.now())
    message.body, message.markup = body, markup
    messages.changed(world, message)
    return messages.api_json(world, message)


def edit_message_text(world: "World", params: Params) -> Any:
    """editMessageText."""
    message = _editable(world, params)
    if not params.has("text"):
        raise bad_request("message text is empty")
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    body = rich_text(world, params, "text", 4096)
    if not body:
        raise bad_request("text must be non-empty")
    return _edit(world, params, message, body)


def edit_message_caption(world: "World", params: Params) -> Any:
    """editMessageCaption."""
    message = _editable(world, params)
    if message.kind not in ("photo", "voice", "video", "audio", "document"):
        raise bad_request("there is no caption in the message to edit")
    kept = {k: v for k, v in message.body.items() if k not in ("caption", "caption_entities")}
    return _edit(world, params, message, {**kept, **rich_text(world, params, "caption", 1024)})


def edit_message_reply_markup(world: "World", params: Params) -> Any:
    """editMessageReplyMarkup."""
    message = _editable(world, params)
    return _edit(world, params, message, message.body)


def delete_message(world: "World", params: Params) -> Any:
    """deleteMessage."""
    chat = reachable_chat(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    refusal = undeletable(world, chat, message)
    if refusal is not None:
        raise refusal
    messages.remove(world, chat, message.id)
    return True


def delete_messages(world: "World", params: Params) -> Any:
    """deleteMessages: skips what is gone or can't be deleted, and answers true all the same."""
    chat = reachable_chat(world, params)
    for number in params.ids("message_ids"):
        message = chat.messages.get(number)
        if message is not None and undeletable(world, chat, message) is None:
            messages.remove(world, chat, number)
    return True


def answer_callback_query(world: "World", params: Params) -> Any:
    """answerCallbackQuery: once, and within 15 seconds."""
    text = params.text("text")
    if utf16(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.presses.get(params.text("callback_query_id"))
    if press is None or world.clock.now() - press.at > ANSWER_WITHIN:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    del world.presses[press.id]
    popup = {
        "text": text,
        "show_alert": params.flag("show_alert"),
        "chat_id": press.chat_id,
        "message_id": press.message_id,
        "callback_query_id": press.id,
        "at": world.clock.now(),
    }
    world.locks.pop_up(press.user.id, popup)
    world.publish("popup", chat=press.chat_id, user=press.user.id, popup=popup)
    return True


def set_message_reaction(world: "World", params: Params) -> Any:
    """setMessageReaction: one of the free emoji, or none."""
    chat = reachable_chat(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    wanted = params.data("reaction", "reaction types") or []
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise bad_request("can't parse reaction types JSON object")
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = [str(one.get("emoji", "")).rstrip("\ufe0f") for one in wanted]
    if wanted and (not chat.reactions or emoji[0] not in REACTIONS):
        raise bad_request("REACTION_INVALID")
    message.reactions.pop(world.bot.id, None)
    if emoji:
        message.reactions[world.bot.id] = emoji[0]
    messages.changed(world, message, "reaction")
    return True


def _pinnable(world: "World", params: Params) -> Chat:
    chat = reachable_chat(world, params)
    if not chat.private and not bot_member(world, chat).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def pin_chat_message(world: "World", params: Params) -> Any:
    """pinChatMessage."""
    chat = _pinnable(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    message.pinned = True
    messages.changed(world, message)
    body = {"pinned_message": messages.api_json(world, message, nested=True)}
    messages.post(world, chat, world.bot, "pinned_message", body, thread=message.thread)
    return True


def unpin_chat_message(world: "World", params: Params) -> Any:
    """unpinChatMessage: the one named, or the last one pinned."""
    chat = _pinnable(world, params)
    pinned = [message for message in chat.messages.values() if message.pinned]
    number = params.integer("message_id")
    chosen = [message for message in pinned if message.id == number] if number else pinned[-1:]
    if not chosen:
        raise bad_request("message to unpin not found")
    chosen[0].pinned = False
    messages.changed(world, chosen[0])
    return True
