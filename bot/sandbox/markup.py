"""Checks of keyboards, with Telegram's refusals."""

import re
from collections.abc import Callable
from typing import Any

from .errors import bad_request
from .model import Json
from .params import Params

_URL = re.compile(r"(https?://|tg://)\S+$")


def _data(value: Any) -> None:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")


def _url(value: Any) -> None:
    if not isinstance(value, str) or not _URL.match(value):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")


def _copy(value: Any) -> None:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


ACTIONS: dict[str, Callable[[Any], None]] = {
    "callback_data": _data,
    "url": _url,
    "copy_text": _copy,
}
OTHER_KEYBOARDS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(params: Params, *, inline_only: bool = False) -> Json | None:
    """The call's `reply_markup`, checked; None when absent or empty.

    Raises ApiError for what Telegram refuses.
    """
    found = params.data("reply_markup", "reply keyboard markup")
    if found is None:
        return None
    if not isinstance(found, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in found:
        if inline_only and any(key in found for key in OTHER_KEYBOARDS):
            raise bad_request("inline keyboard expected")
        return None if not any(key in found for key in OTHER_KEYBOARDS) else found
    rows = found["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array of Array')
    kept = [[_button(button) for button in row] for row in rows if row]
    if sum(len(row) for row in kept) > 100:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = [name for name in ACTIONS if name in button]
    if len(actions) != 1:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    ACTIONS[actions[0]](button[actions[0]])
    return {
        name: button[name]
        for name in ("text", *ACTIONS, "style", "icon_custom_emoji_id")
        if name in button
    }


def callback_data(markup: Json | None) -> list[str]:
    """The callback data of all buttons of a keyboard."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def shown(markup: Json | None) -> Json | None:
    """The keyboard as answers carry it: only inline keyboards stand on a message."""
    return markup if markup and "inline_keyboard" in markup else None
