"""Methods of the Bot API that post messages."""

from typing import TYPE_CHECKING, Any

from . import messages
from .entities import formatted, utf16
from .errors import bad_request
from .files import FOLDERS, UPLOAD_LIMIT, check_upload, media_body
from .markup import read_markup
from .model import Chat, Json, Message, StoredFile
from .params import Params
from .rights import reachable_chat, writable_topic

if TYPE_CHECKING:
    from .world import World


def placed(world: "World", params: Params) -> tuple[Chat, Json]:
    """Where and how a message goes: the chat, and Message's fields for `messages.post`.

    Raises ApiError when the bot can't write there.
    """
    chat = reachable_chat(world, params)
    thread = writable_topic(world, chat, params)
    reply_to = _reply(chat, params)
    if reply_to is not None and thread is None:
        thread = chat.messages[reply_to].thread
    return chat, {
        "thread": thread,
        "reply_to": reply_to,
        "markup": read_markup(params),
        "silent": params.flag("disable_notification"),
        "protected": params.flag("protect_content"),
    }


def _reply(chat: Chat, params: Params) -> int | None:
    wanted = params.data("reply_parameters", "reply parameters")
    if wanted is None:
        number = params.integer("reply_to_message_id")
        lenient = params.flag("allow_sending_without_reply")
    elif isinstance(wanted, dict):
        number = int(wanted.get("message_id", 0))
        lenient = bool(wanted.get("allow_sending_without_reply"))
    else:
        raise bad_request("can't parse reply parameters JSON object")
    if not number:
        return None
    if number in chat.messages:
        return number
    if lenient:
        return None
    raise bad_request("message to be replied not found")


def rich_text(world: "World", params: Params, field: str, limit: int) -> Json:
    """`field` ("text" or "caption") with its entities, as a message's body carries them.

    Raises ApiError for what can't be parsed or is over `limit`; an empty text gives {}.
    """
    marks = "entities" if field == "text" else "caption_entities"
    given = params.data(marks, "entities") if params.has(marks) else None
    text, entities = formatted(params.text(field), params.text("parse_mode"), given)
    if utf16(text) > limit:
        raise bad_request(
            "message is too long" if field == "text" else "message caption is too long"
        )
    if not text:
        return {}
    entities = [found for one in entities if (found := _known_mention(world, one))]
    return {field: text, **({marks: entities} if entities else {})}


def _known_mention(world: "World", entity: Json) -> Json | None:
    if entity["type"] != "text_mention":
        return entity
    number = entity.pop("user_id", None) or entity.get("user", {}).get("id")
    user = world.users.get(number)
    return {**entity, "user": user.json()} if user is not None else None


def send(world: "World", chat: Chat, kind: str, body: Json, fields: Json) -> Json:
    """Post a message of the bot within the limits, and answer it; raises ApiError 429."""
    world.limits.take(chat)
    message = messages.post(world, chat, world.bot, kind, body, **fields)
    return messages.api_json(world, message)


def send_message(world: "World", params: Params) -> Any:
    """sendMessage."""
    if not params.has("text"):
        raise bad_request("message text is empty")
    body = rich_text(world, params, "text", 4096)
    if not body:
        raise bad_request("text must be non-empty")
    chat, fields = placed(world, params)
    return send(world, chat, "text", body, fields)


def uploaded(world: "World", params: Params, kind: str) -> StoredFile:
    """The file a call sends: an upload, or the id of a known one; raises ApiError for neither."""
    value = params.text(kind)
    name = value[len("attach://") :] if value.startswith("attach://") else kind
    upload = params.files.get(name)
    if upload is None:
        if not value:
            raise bad_request(f"there is no {kind} in the request")
        if value.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        return world.files.reuse(kind, value)
    if len(upload.content) > UPLOAD_LIMIT:
        raise bad_request("file is too big")
    check_upload(kind, upload.content)
    about = {name: params.text(name) for name in ("duration", "title", "performer", "emoji")}
    return world.files.add(kind, upload.content, upload.name, upload.mime, about)


def send_media(world: "World", params: Params, kind: str) -> Any:
    """The methods that send a file of `kind`."""
    chat, fields = placed(world, params)
    caption = {} if kind == "sticker" else rich_text(world, params, "caption", 1024)
    body = {**media_body(uploaded(world, params, kind)), **caption}
    return send(world, chat, kind, body, fields)


def _location(params: Params) -> Json:
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong location specified")
    return {"latitude": latitude, "longitude": longitude}


def _required(params: Params, name: str, refusal: str) -> str:
    if not params.has(name):
        raise bad_request(refusal)
    return params.text(name)


def send_location(world: "World", params: Params) -> Any:
    """sendLocation."""
    chat, fields = placed(world, params)
    return send(world, chat, "location", {"location": _location(params)}, fields)


def send_venue(world: "World", params: Params) -> Any:
    """sendVenue."""
    chat, fields = placed(world, params)
    spot = _location(params)
    title = _required(params, "title", "venue title must be non-empty")
    address = _required(params, "address", "venue address must be non-empty")
    venue = {"location": spot, "title": title, "address": address}
    return send(world, chat, "venue", {"location": spot, "venue": venue}, fields)


def send_contact(world: "World", params: Params) -> Any:
    """sendContact."""
    chat, fields = placed(world, params)
    contact = {
        "phone_number": _required(params, "phone_number", "contact phone number is empty"),
        "first_name": _required(params, "first_name", "contact first name is empty"),
    }
    if params.has("last_name"):
        contact["last_name"] = params.text("last_name")
    return send(world, chat, "contact", {"contact": contact}, fields)


_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
)
ACTIONS = frozenset(_ACTIONS.split())


def send_chat_action(world: "World", params: Params) -> Any:
    """sendChatAction."""
    chat = reachable_chat(world, params)
    thread = writable_topic(world, chat, params)
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.publish("typing", chat=chat.id, thread=thread)
    return True


def _source(world: "World", params: Params, number: int, verb: str) -> Message | None:
    origin = reachable_chat(world, Params({"chat_id": params.text("from_chat_id")}))
    message = origin.messages.get(number)
    if message is None:
        return None
    if message.protected or origin.protected or not _copyable(message):
        raise bad_request(f"message can't be {verb}")
    return message


def _copyable(message: Message) -> bool:
    return message.kind in ("text", *FOLDERS, "location", "venue", "contact", "dice")


def _copied_body(world: "World", params: Params, source: Message) -> Json:
    if source.kind == "text" or not params.has("caption"):
        return dict(source.body)
    body = {k: v for k, v in source.body.items() if k not in ("caption", "caption_entities")}
    return {**body, **rich_text(world, params, "caption", 1024)}


def copy_message(world: "World", params: Params) -> Any:
    """copyMessage: the message anew, without its author or keyboard."""
    chat, fields = placed(world, params)
    source = _source(world, params, params.integer("message_id"), "copied")
    if source is None:
        raise bad_request("message to copy not found")
    sent = send(world, chat, source.kind, _copied_body(world, params, source), fields)
    return {"message_id": sent["message_id"]}


def copy_messages(world: "World", params: Params) -> Any:
    """copyMessages: those of them that are there."""
    chat, fields = placed(world, params)
    numbers = params.ids("message_ids")
    if numbers != sorted(set(numbers)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    found = [_source(world, params, number, "copied") for number in numbers]
    kept = [message for message in found if message is not None]
    if not kept:
        raise bad_request("there are no messages to copy")
    world.limits.take(chat, len(kept))
    posted = [
        messages.post(world, chat, world.bot, one.kind, dict(one.body), **fields) for one in kept
    ]
    return [{"message_id": message.id} for message in posted]


def forward_message(world: "World", params: Params) -> Any:
    """forwardMessage: the message with its author."""
    chat, fields = placed(world, params)
    source = _source(world, params, params.integer("message_id"), "forwarded")
    if source is None:
        raise bad_request("message to forward not found")
    fields["origin"] = source.origin or _origin(source)
    return send(world, chat, source.kind, dict(source.body), fields)


def _origin(source: Message) -> Json:
    if source.sender_chat is not None:
        chat = source.sender_chat.json()
        return {"type": "chat", "date": source.date, "sender_chat": chat}
    user = source.sender.json() if source.sender else {}
    return {"type": "user", "date": source.date, "sender_user": user}
