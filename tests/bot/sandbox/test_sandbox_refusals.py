"""What Telegram refuses, word for word, through an unmodified python-telegram-bot."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from conftest import make_bot
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running
from bot.sandbox.world import World

HOUR = 3600


@dataclass
class Scene:
    """What the refusals happen among."""

    world: World
    bot: Bot
    ada: User
    sam: User
    desk: Chat

    async def own(self, text: str = "hello", **kwargs: Any) -> int:
        return (await self.bot.send_message(self.ada.id, text, **kwargs)).message_id

    async def topic(self, name: str = "K-1") -> int:
        return (await self.bot.create_forum_topic(self.desk.id, name)).message_thread_id


@pytest.fixture
def scene(world: World, bot: Bot, ada: User, sam: User, desk: Chat) -> Scene:
    return Scene(world, bot, ada, sam, desk)


def keyboard(**button: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("x", **button)]])


def raw_keyboard(**button: Any) -> dict[str, Any]:
    rows = [[{"text": "x", **button}]]
    return {"api_kwargs": {"reply_markup": json.dumps({"inline_keyboard": rows})}}


SENDS: list[tuple[str, dict[str, Any], str]] = [
    ("empty", {"text": ""}, "Message text is empty"),
    ("blank", {"text": " \n\t"}, "Text must be non-empty"),
    ("long", {"text": "x" * 4097}, "Message is too long"),
    ("long in utf-16", {"text": "🕊" * 2049}, "Message is too long"),
    ("data too long", {"text": "x", **raw_keyboard(callback_data="å" * 33)}, "Button_data_invalid"),
    ("data empty", {"text": "x", **raw_keyboard(callback_data="")}, "Button_data_invalid"),
    (
        "copy text too long",
        {"text": "x", **raw_keyboard(copy_text={"text": "1" * 257})},
        "Button_copy_text_invalid",
    ),
    (
        "button without deed",
        {"text": "x", **raw_keyboard()},
        "Text buttons are unallowed in the inline keyboard",
    ),
    (
        "markup no JSON",
        {"text": "x", "api_kwargs": {"reply_markup": "{"}},
        "Can't parse reply keyboard markup JSON object",
    ),
    (
        "unknown tag",
        {"text": "a <x>b</x>", "parse_mode": "HTML"},
        'Can\'t parse entities: unsupported start tag "x" at byte offset 2',
    ),
    (
        "open tag",
        {"text": "<b>b", "parse_mode": "HTML"},
        "Can't parse entities: can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "crossed tags",
        {"text": "<b><i>x</b></i>", "parse_mode": "HTML"},
        'Can\'t parse entities: unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
    ),
    (
        "end alone",
        {"text": "å</b>", "parse_mode": "HTML"},
        "Can't parse entities: unexpected end tag at byte offset 2",
    ),
    (
        "unclosed",
        {"text": "1 <b", "parse_mode": "HTML"},
        "Can't parse entities: unclosed start tag at byte offset 2",
    ),
    ("parse mode", {"text": "x", "parse_mode": "TeX"}, "Unsupported parse_mode"),
    ("chat", {"text": "x", "chat_id": 7}, "Chat not found"),
    ("chat by name", {"text": "x", "chat_id": "@nobody"}, "Chat not found"),
    ("thread", {"text": "x", "message_thread_id": 99}, "Message thread not found"),
    (
        "reply",
        {"text": "x", "reply_parameters": ReplyParameters(message_id=999)},
        "Message to be replied not found",
    ),
]


@pytest.mark.parametrize(
    ("kwargs", "refusal"), [row[1:] for row in SENDS], ids=[r[0] for r in SENDS]
)
async def test_send_message(scene: Scene, kwargs: dict[str, Any], refusal: str) -> None:
    before = len(scene.world.chat_view(scene.ada.id))
    with pytest.raises(BadRequest) as refused:
        await scene.bot.send_message(**{"chat_id": scene.ada.id, **kwargs})
    assert str(refused.value).lower() == refusal.lower()
    assert len(scene.world.chat_view(scene.ada.id)) == before


async def edit_same(scene: Scene) -> Any:
    number = await scene.own("<b>a</b>", parse_mode="HTML")
    await scene.bot.edit_message_text("<b>a</b>", scene.ada.id, number, parse_mode="HTML")


async def edit_same_markup(scene: Scene) -> Any:
    markup = keyboard(callback_data="exit")
    number = await scene.own(reply_markup=markup)
    await scene.bot.edit_message_reply_markup(scene.ada.id, number, reply_markup=markup)


async def edit_hers(scene: Scene) -> Any:
    number = scene.world.say(scene.ada.id, scene.ada.id, "mine").id
    await scene.bot.edit_message_text("x", scene.ada.id, number)


async def edit_caption_of_text(scene: Scene) -> Any:
    await scene.bot.edit_message_caption(scene.ada.id, await scene.own(), caption="x")


async def long_caption(scene: Scene) -> Any:
    await scene.bot.send_photo(scene.ada.id, b"\xff\xd8\xff", caption="x" * 1025)


async def delete_old(scene: Scene) -> Any:
    number = await scene.own()
    scene.world.clock.move(48 * HOUR)
    await scene.bot.delete_message(scene.ada.id, number)


async def delete_young_dice(scene: Scene) -> Any:
    number = scene.world.send_media(scene.ada.id, scene.ada.id, "dice").id
    await scene.bot.delete_message(scene.ada.id, number)


async def delete_without_right(scene: Scene) -> Any:
    scene.world.set_bot_rights(scene.desk.id, can_delete_messages=False)
    number = scene.world.say(scene.desk.id, scene.sam.id, "internal").id
    await scene.bot.delete_message(scene.desk.id, number)


async def delete_service_message(scene: Scene) -> Any:
    await scene.bot.delete_message(scene.desk.id, await scene.topic())


async def copy_protected(scene: Scene) -> Any:
    scene.world.set_group(scene.desk.id, protected=True)
    number = scene.world.say(scene.desk.id, scene.sam.id, "internal").id
    await scene.bot.copy_message(scene.ada.id, scene.desk.id, number)


async def answer_late(scene: Scene) -> Any:
    number = await scene.own(reply_markup=keyboard(callback_data="exit"))
    pressed = scene.world.press(scene.ada.id, scene.ada.id, number, "exit")
    scene.world.clock.move(16)
    await scene.bot.answer_callback_query(pressed)


async def answer_twice(scene: Scene) -> Any:
    number = await scene.own(reply_markup=keyboard(callback_data="exit"))
    pressed = scene.world.press(scene.ada.id, scene.ada.id, number, "exit")
    await scene.bot.answer_callback_query(pressed)
    await scene.bot.answer_callback_query(pressed)


async def topic_without_right(scene: Scene) -> Any:
    scene.world.set_bot_rights(scene.desk.id, can_manage_topics=False)
    await scene.topic()


async def delete_topic_without_right(scene: Scene) -> Any:
    thread = await scene.topic()
    scene.world.set_bot_rights(scene.desk.id, can_delete_messages=False, can_manage_topics=False)
    await scene.bot.edit_forum_topic(scene.desk.id, thread, "its own it may name")
    await scene.bot.delete_forum_topic(scene.desk.id, thread)


async def edit_foreign_topic(scene: Scene) -> Any:
    thread = scene.world.create_topic(scene.desk.id, scene.sam.id, "Sam's")
    scene.world.set_bot_rights(scene.desk.id, can_manage_topics=False)
    await scene.bot.edit_forum_topic(scene.desk.id, thread, "x")


async def closed_topic(scene: Scene) -> Any:
    thread = await scene.topic()
    await scene.bot.close_forum_topic(scene.desk.id, thread)
    await scene.bot.send_message(scene.desk.id, "admins may", message_thread_id=thread)
    scene.world.set_bot_rights(scene.desk.id, can_manage_topics=False)
    await scene.bot.send_message(scene.desk.id, "x", message_thread_id=thread)


async def deleted_topic(scene: Scene) -> Any:
    thread = await scene.topic()
    scene.world.delete_topic(scene.desk.id, thread)
    await scene.bot.send_message(scene.desk.id, "x", message_thread_id=thread)


async def react(scene: Scene, emoji: str = "✅") -> Any:
    number = scene.world.say(scene.desk.id, scene.sam.id, "reply").id
    await scene.bot.set_message_reaction(scene.desk.id, number, emoji)


async def react_where_forbidden(scene: Scene) -> Any:
    scene.world.set_group(scene.desk.id, reactions=False)
    await react(scene, "👌")


async def plain_group_topic(scene: Scene) -> Any:
    scene.world.set_group(scene.desk.id, forum=False)
    await scene.topic()


async def pin_without_right(scene: Scene) -> Any:
    scene.world.set_bot_rights(scene.desk.id, can_pin_messages=False)
    number = scene.world.say(scene.desk.id, scene.sam.id, "pin me").id
    await scene.bot.pin_chat_message(scene.desk.id, number)


async def voice_from_photo(scene: Scene) -> Any:
    photo = (await scene.bot.send_photo(scene.ada.id, b"\xff\xd8\xff")).photo[-1]
    await scene.bot.send_voice(scene.ada.id, photo.file_id)


DEEDS: list[tuple[Callable[[Scene], Any], str]] = [
    (
        edit_same,
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    ),
    (
        edit_same_markup,
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    ),
    (edit_hers, "message can't be edited"),
    (lambda s: s.bot.edit_message_text("x", s.ada.id, 999), "message to edit not found"),
    (edit_caption_of_text, "there is no caption in the message to edit"),
    (long_caption, "message caption is too long"),
    (lambda s: s.bot.delete_message(s.ada.id, 999), "message to delete not found"),
    (delete_old, "message can't be deleted for everyone"),
    (delete_young_dice, "message can't be deleted for everyone"),
    (delete_without_right, "message can't be deleted"),
    (delete_service_message, "message can't be deleted"),
    (lambda s: s.bot.delete_messages(s.ada.id, list(range(101))), "too many message identifiers"),
    (lambda s: s.bot.copy_message(s.ada.id, s.desk.id, 99), "message to copy not found"),
    (lambda s: s.bot.forward_message(s.ada.id, s.desk.id, 99), "message to forward not found"),
    (copy_protected, "message can't be copied"),
    (answer_late, "query is too old and response timeout expired or query id is invalid"),
    (answer_twice, "query is too old and response timeout expired or query id is invalid"),
    (lambda s: s.bot.answer_callback_query("1", "x" * 201), "message_too_long"),
    (topic_without_right, "not enough rights to create a topic"),
    (plain_group_topic, "the chat is not a forum"),
    (delete_topic_without_right, "not enough rights to delete the topic"),
    (edit_foreign_topic, "not enough rights to edit the topic"),
    (lambda s: s.bot.copy_messages(s.ada.id, s.desk.id, [2, 1]), "message identifiers must be"),
    (lambda s: s.topic(" "), "title must be non-empty"),
    (lambda s: s.topic("x" * 129), "topic_title_too_long"),
    (closed_topic, "topic_closed"),
    (deleted_topic, "message thread not found"),
    (lambda s: s.bot.edit_forum_topic(s.desk.id, 77, "x"), "topic_id_invalid"),
    (react, "reaction_invalid"),
    (react_where_forbidden, "reaction_invalid"),
    (pin_without_right, "not enough rights to manage pinned messages in the chat"),
    (voice_from_photo, "can't use file of type photo as voicenote"),
    (lambda s: s.bot.send_photo(s.ada.id, b"no image"), "image_process_failed"),
    (lambda s: s.bot.send_photo(s.ada.id, "AgAC-unknown"), "wrong file identifier/http url"),
    (lambda s: s.bot.send_photo(s.ada.id, "http://127.0.0.1/x.jpg"), "failed to get http url"),
    (lambda s: s.bot.send_document(s.ada.id, b""), "file must be non-empty"),
    (lambda s: s.bot.send_location(s.ada.id, 91, 0), "wrong location specified"),
    (lambda s: s.bot.pin_chat_message(s.ada.id, 999), "message to pin not found"),
    (lambda s: s.bot.unpin_chat_message(s.ada.id), "message to unpin not found"),
    (lambda s: s.bot.set_message_reaction(s.ada.id, 999, "👌"), "message to react not found"),
    (lambda s: s.bot.set_message_reaction(s.ada.id, 1, ["👌", "👀"]), "reactions_too_many"),
    (lambda s: s.bot.delete_messages(s.ada.id, []), "message identifiers are not specified"),
    (lambda s: s.bot.copy_messages(s.ada.id, s.desk.id, [98, 99]), "there are no messages to"),
    (lambda s: s.bot.leave_chat(s.ada.id), "chat member status can't be changed"),
    (lambda s: s.bot.get_chat_member(s.desk.id, 4711), "invalid user_id specified"),
    (lambda s: s.bot.get_chat_member(s.ada.id, s.sam.id), "member not found"),
    (lambda s: s.bot.get_chat_administrators(s.ada.id), "there are no administrators"),
    (lambda s: s.bot.set_my_name("x" * 65), "bot name is too long"),
    (lambda s: s.bot.set_my_commands([("a", "x")] * 101), "bot_commands_too_much"),
    (lambda s: s.bot.send_chat_action(s.ada.id, "dancing"), "wrong parameter action in request"),
    (lambda s: s.bot.set_my_commands([("a b", "x")]), "bot_command_invalid"),
    (lambda s: s.bot.set_my_commands([("a", "x")], language_code="ckb"), "invalid language code"),
]


@pytest.mark.parametrize(
    ("deed", "refusal"), DEEDS, ids=[f"{n}-{r[1][:24]}" for n, r in enumerate(DEEDS)]
)
async def test_deeds(scene: Scene, deed: Callable[[Scene], Any], refusal: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await deed(scene)
    assert str(refused.value).lower().startswith(refusal)


def block(scene: Scene) -> int:
    scene.world.block(scene.ada.id)
    return scene.ada.id


def stranger(scene: Scene) -> int:
    return scene.sam.id


def kicked(scene: Scene) -> int:
    scene.world.remove_bot_from_group(scene.desk.id)
    return scene.desk.id


FORBIDDEN: list[tuple[Callable[[Scene], int], str]] = [
    (block, "bot was blocked by the user"),
    (stranger, "bot can't initiate conversation with a user"),
    (kicked, "bot was kicked from the supergroup chat"),
]


@pytest.mark.parametrize(("arrange", "refusal"), FORBIDDEN, ids=["block", "stranger", "kicked"])
async def test_forbidden(scene: Scene, arrange: Callable[[Scene], int], refusal: str) -> None:
    with pytest.raises(Forbidden) as refused:
        await scene.bot.send_message(arrange(scene), "x")
    assert str(refused.value) == f"Forbidden: {refusal}"


BODIES = [
    ("no JSON", "application/json", b"{", "can't parse JSON object"),
    ("no object", "application/json", b"[]", "expected a JSON object"),
    ("no chat", "application/json", b'{"text": "x"}', "chat_id is empty"),
    (
        "entities",
        "application/json",
        b'{"text": "x", "entities": [1]}',
        "can't parse MessageEntity",
    ),
    (
        "markup",
        "application/json",
        b'{"text": "x", "chat_id": "%d", "reply_markup": [1]}',
        "object",
    ),
    ("rows", "text/x", b'text=x&chat_id=%d&reply_markup={"inline_keyboard":[1]}', "field"),
]


@pytest.mark.parametrize(
    ("kind", "body", "refusal"), [r[1:] for r in BODIES], ids=[r[0] for r in BODIES]
)
async def test_broken_bodies(
    scene: Scene, running: Running, kind: str, body: bytes, refusal: str
) -> None:
    content = body.replace(b"%d", str(scene.ada.id).encode())
    url = f"{running.api_url}/bot{scene.bot.token}/sendMessage"
    async with httpx.AsyncClient() as client:
        answer = await client.post(url, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(f"Bad Request: {refusal}")


async def test_no_such_file(running: Running, bot: Bot) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{running.api_url}/file/bot{bot.token}/photos/none.jpg")
    assert answer.status_code == 404
    with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
        await bot.get_file("none")


async def test_wrong_token_is_unauthorized(running: Running) -> None:
    with pytest.raises(InvalidToken):
        await make_bot(running, "42:WRONG").initialize()
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{running.api_url}/bot42:WRONG/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_unknown_method_is_not_found(running: Running, bot: Bot) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{running.api_url}/bot{bot.token}/sendDreams")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}
    with pytest.raises(TelegramError):
        await bot.do_api_request("sendDreams")


async def test_no_reply_needed_when_lenient(scene: Scene) -> None:
    lenient = ReplyParameters(message_id=999, allow_sending_without_reply=True)
    sent = await scene.bot.send_message(scene.ada.id, "x", reply_parameters=lenient)
    assert sent.reply_to_message is None
