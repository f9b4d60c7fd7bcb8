"""Methods of the Bot API about topics, chats, members, files and the bot itself."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import groups
from .errors import bad_request
from .model import Chat, Json, StoredFile, Topic
from .params import Params
from .rights import forum_chat, known_chat, known_topic, reachable_chat, require_right
from .updates import check_kinds

if TYPE_CHECKING:
    from .world import World

COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def _topic_name(params: Params) -> str:
    name = params.text("name").strip()
    if not name:
        raise bad_request("title must be non-empty")
    if len(name) > 128:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    return name


def create_forum_topic(world: "World", params: Params) -> Any:
    """createForumTopic; counts as a message of the group."""
    chat = forum_chat(world, params)
    require_right(world, chat, "can_manage_topics", "create a topic")
    name = _topic_name(params)
    color = params.integer("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    world.limits.take(chat)
    emoji = params.text("icon_custom_emoji_id") or None
    topic = groups.make_topic(world, chat, world.bot, name, color, emoji)
    return _topic_json(topic.thread, name, color, emoji)


def _topic_json(thread: int, name: str, color: int, emoji: str | None) -> Json:
    data: Json = {"message_thread_id": thread, "name": name, "icon_color": color}
    return {**data, "icon_custom_emoji_id": emoji} if emoji else data


def _changeable(world: "World", params: Params) -> tuple[Chat, Topic]:
    chat, topic = known_topic(world, params)
    if topic.creator != world.bot.id:
        require_right(world, chat, "can_manage_topics", "edit the topic")
    return chat, topic


def edit_forum_topic(world: "World", params: Params) -> Any:
    """editForumTopic."""
    chat, topic = _changeable(world, params)
    changes: Json = {}
    if params.has("name"):
        changes["name"] = _topic_name(params)
    if "icon_custom_emoji_id" in params.values:
        changes["icon_custom_emoji_id"] = params.text("icon_custom_emoji_id")
    name = changes.get("name", topic.name)
    emoji = changes.get("icon_custom_emoji_id", topic.icon_emoji or "") or None
    if (name, emoji) == (topic.name, topic.icon_emoji):
        raise bad_request("TOPIC_NOT_MODIFIED")
    world.limits.take(chat)
    topic.name, topic.icon_emoji = name, emoji
    groups.alter_topic(world, chat, topic, world.bot, "forum_topic_edited", changes)
    return True


def _set_closed(world: "World", params: Params, closed: bool) -> Any:
    chat, topic = _changeable(world, params)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    groups.alter_topic(world, chat, topic, world.bot, kind, {})
    return True


def close_forum_topic(world: "World", params: Params) -> Any:
    """closeForumTopic."""
    return _set_closed(world, params, True)


def reopen_forum_topic(world: "World", params: Params) -> Any:
    """reopenForumTopic."""
    return _set_closed(world, params, False)


def delete_forum_topic(world: "World", params: Params) -> Any:
    """deleteForumTopic: with all its messages, whatever their age."""
    chat, topic = known_topic(world, params)
    require_right(world, chat, "can_delete_messages", "delete the topic")
    groups.drop_topic(world, chat, topic)
    return True


def get_me(world: "World", _: Params) -> Any:
    """getMe."""
    return {
        **world.bot.json(),
        "can_join_groups": True,
        "can_read_all_group_messages": world.sees_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: "World", params: Params) -> Any:
    """getChat."""
    chat = known_chat(world, params)
    gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
    data: Json = {
        **chat.json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts.split(), False),
    }
    if chat.private:
        return data
    if not chat.reactions:
        data["available_reactions"] = []
    if chat.protected:
        data["has_protected_content"] = True
    return data


def get_chat_member(world: "World", params: Params) -> Any:
    """getChatMember."""
    chat = known_chat(world, params)
    user = world.users.get(params.integer("user_id"))
    if user is None:
        raise bad_request("invalid user_id specified")
    member = chat.members.get(user.id)
    if member is not None:
        return member.json()
    if chat.private:
        raise bad_request("member not found")
    return {"status": "left", "user": user.json()}


def get_chat_administrators(world: "World", params: Params) -> Any:
    """getChatAdministrators."""
    chat = known_chat(world, params)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    found = [m for m in chat.members.values() if m.status in ("creator", "administrator")]
    return [member.json() for member in found if not member.user.is_bot or member.user is world.bot]


def leave_chat(world: "World", params: Params) -> Any:
    """leaveChat."""
    chat = reachable_chat(world, params)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    groups.bot_leaves(world, chat)
    return True


def get_file(world: "World", params: Params) -> Any:
    """getFile."""
    file = world.files.downloadable(params.text("file_id"))
    return _file_json(file)


def _file_json(file: StoredFile) -> Json:
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


def delete_webhook(world: "World", params: Params) -> Any:
    """deleteWebhook: there is none; may drop waiting updates."""
    if params.flag("drop_pending_updates"):
        world.updates.drop()
    return True


def get_webhook_info(world: "World", _: Params) -> Any:
    """getWebhookInfo."""
    info: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": world.queue_size,
    }
    if world.updates.allowed is not None:
        info["allowed_updates"] = world.updates.allowed
    return info


async def get_updates(world: "World", params: Params) -> list[bytes]:
    """getUpdates; the answer's updates are JSON already."""
    kinds = params.data("allowed_updates", "allowed updates")
    world.updates.allow(check_kinds(kinds))
    limit = min(max(params.integer("limit", 100), 1), 100)
    timeout = min(max(params.integer("timeout"), 0), 50)
    return await world.updates.get(params.integer("offset"), limit, timeout)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _commands_key(world: "World", params: Params) -> tuple[str, str, str]:
    scope = params.data("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope")
    if "chat_id" in scope:
        known_chat(world, Params({"chat_id": scope["chat_id"]}))
    place = f"{scope.get('chat_id', '')}:{scope.get('user_id', '')}"
    return str(scope["type"]), place, _language(params)


def set_my_commands(world: "World", params: Params) -> Any:
    """setMyCommands."""
    commands = params.data("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for one in commands:
        name = str(one.get("command", "")).lstrip("/").lower()
        about = str(one.get("description", "")).strip()
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(about) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": name, "description": about})
    world.profile.setdefault("commands", {})[_commands_key(world, params)] = kept
    return True


def get_my_commands(world: "World", params: Params) -> Any:
    """getMyCommands."""
    return world.profile.get("commands", {}).get(_commands_key(world, params), [])


def delete_my_commands(world: "World", params: Params) -> Any:
    """deleteMyCommands."""
    world.profile.get("commands", {}).pop(_commands_key(world, params), None)
    return True


def set_chat_menu_button(world: "World", params: Params) -> Any:
    """setChatMenuButton."""
    button = params.data("menu_button", "MenuButton") or {"type": "default"}
    if button.get("type") not in ("commands", "default", "web_app"):
        raise bad_request("MenuButton has unsupported type")
    chat_id = ""
    if params.has("chat_id"):
        chat = known_chat(world, params)
        if not chat.private:
            raise bad_request("chat_id must be a private chat")
        chat_id = str(chat.id)
    world.profile.setdefault("menu", {})[chat_id] = button
    return True


def get_chat_menu_button(world: "World", params: Params) -> Any:
    """getChatMenuButton."""
    menus: Json = world.profile.get("menu", {})
    return menus.get(params.text("chat_id")) or menus.get("", {"type": "default"})


def profile_text(name: str, limit: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The setter and the getter of one of the bot's global texts, at most `limit` long."""

    def setter(world: "World", params: Params) -> Any:
        text = params.text(name).strip()
        if len(text) > limit:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        world.profile[f"{name}:{_language(params)}"] = text
        if name == "name" and text and not _language(params):
            world.bot.name = text
        return True

    def getter(world: "World", params: Params) -> Any:
        default = world.bot.name if name == "name" else ""
        common = world.profile.get(f"{name}:") or default
        return {name: world.profile.get(f"{name}:{_language(params)}") or common}

    return setter, getter
