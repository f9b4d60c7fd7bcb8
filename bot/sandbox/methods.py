"""All methods of the Bot API that the sandbox knows, by lower-case name."""

from collections.abc import Callable
from functools import partial
from typing import Any

from . import methods_change as change
from . import methods_chat as chat
from . import methods_send as send
from .files import FOLDERS

Method = Callable[..., Any]

_set_name, _get_name = chat.profile_text("name", 64)
_set_description, _get_description = chat.profile_text("description", 512)
_set_short, _get_short = chat.profile_text("short_description", 120)

METHODS: dict[str, Method] = {
    "getMe": chat.get_me,
    "getUpdates": chat.get_updates,
    "deleteWebhook": chat.delete_webhook,
    "getWebhookInfo": chat.get_webhook_info,
    "sendMessage": send.send_message,
    "sendLocation": send.send_location,
    "sendVenue": send.send_venue,
    "sendContact": send.send_contact,
    "sendChatAction": send.send_chat_action,
    "copyMessage": send.copy_message,
    "copyMessages": send.copy_messages,
    "forwardMessage": send.forward_message,
    "editMessageText": change.edit_message_text,
    "editMessageCaption": change.edit_message_caption,
    "editMessageReplyMarkup": change.edit_message_reply_markup,
    "deleteMessage": change.delete_message,
    "deleteMessages": change.delete_messages,
    "answerCallbackQuery": change.answer_callback_query,
    "setMessageReaction": change.set_message_reaction,
    "pinChatMessage": change.pin_chat_message,
    "unpinChatMessage": change.unpin_chat_message,
    "createForumTopic": chat.create_forum_topic,
    "editForumTopic": chat.edit_forum_topic,
    "closeForumTopic": chat.close_forum_topic,
    "reopenForumTopic": chat.reopen_forum_topic,
    "deleteForumTopic": chat.delete_forum_topic,
    "getChat": chat.get_chat,
    "getChatMember": chat.get_chat_member,
    "getChatAdministrators": chat.get_chat_administrators,
    "leaveChat": chat.leave_chat,
    "getFile": chat.get_file,
    "setMyCommands": chat.set_my_commands,
    "getMyCommands": chat.get_my_commands,
    "deleteMyCommands": chat.delete_my_commands,
    "setChatMenuButton": chat.set_chat_menu_button,
    "getChatMenuButton": chat.get_chat_menu_button,
    "setMyName": _set_name,
    "getMyName": _get_name,
    "setMyDescription": _set_description,
    "getMyDescription": _get_description,
    "setMyShortDescription": _set_short,
    "getMyShortDescription": _get_short,
    **{f"send{kind.capitalize()}": partial(send.send_media, kind=kind) for kind in FOLDERS},
}
BY_LOWER_NAME: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method) for name, method in METHODS.items()
}
