"""The sandbox's answers, methods and parameters against the machine-readable Bot API."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import bot.sandbox
from bot.sandbox.methods import METHODS
from bot.sandbox.methods_change import REACTIONS
from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running
from bot.sandbox.world import World

SPEC = Path(__file__).parents[4] / "shared" / "facts" / "bot-api.json"
JPEG = ("photo.jpg", b"\xff\xd8\xff", "image/jpeg")
PRIMITIVE = {
    "Integer": int,
    "String": str,
    "Boolean": bool,
    "True": bool,
    "Float": (int, float),
}


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip("no bot-api.json beside the repo")
    found: dict[str, Any] = json.loads(SPEC.read_text())
    return found


def faults(spec: dict[str, Any], value: Any, types: list[str], where: str) -> Iterator[str]:
    """Where `value` is none of `types`, in words; nothing when it is one."""
    tries = [list(_one_type(spec, value, name, where)) for name in types]
    if tries and all(tries):
        yield from min(tries, key=len)


def _one_type(spec: dict[str, Any], value: Any, name: str, where: str) -> Iterator[str]:
    if name.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where} is no array"
            return
        for index, item in enumerate(value):
            yield from faults(spec, item, [name[len("Array of ") :]], f"{where}[{index}]")
    elif name in PRIMITIVE:
        if not isinstance(value, PRIMITIVE[name]) or (
            name == "Integer" and isinstance(value, bool)
        ):
            yield f"{where}: {value!r} is no {name}"
    elif spec["types"][name].get("subtypes"):
        yield from faults(spec, value, spec["types"][name]["subtypes"], where)
    else:
        yield from _object(spec, value, name, where)


def _object(spec: dict[str, Any], value: Any, name: str, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    fields = {field["name"]: field for field in spec["types"][name].get("fields", [])}
    for key, item in value.items():
        if key not in fields:
            yield f"{where}.{key} is not in {name}"
        else:
            yield from faults(spec, item, fields[key]["types"], f"{where}.{key}")
    for key, field in fields.items():
        if field["required"] and key not in value:
            yield f"{where}.{key} of {name} is missing"


def test_every_method_is_in_the_spec(spec: dict[str, Any]) -> None:
    assert set(METHODS) <= set(spec["methods"])


def test_every_parameter_read_is_in_the_spec(spec: dict[str, Any]) -> None:
    known = {field["name"] for one in spec["methods"].values() for field in one.get("fields", [])}
    known |= {"reply_to_message_id", "allow_sending_without_reply"}  # older, still understood
    read = re.compile(r'params\.(?:text|integer|flag|data|has|ids|number)\(\s*"(\w+)"')
    folder = Path(bot.sandbox.__file__).parent
    sources = [*folder.glob("methods_*.py"), folder / "rights.py", folder / "markup.py"]
    found = {name for source in sources for name in read.findall(source.read_text())}
    assert len(found) > 20
    assert found <= known


def test_reactions_are_the_free_ones(spec: dict[str, Any]) -> None:
    fields = spec["types"]["ReactionTypeEmoji"]["fields"]
    told = next(field["description"] for field in fields if field["name"] == "emoji")
    assert set(re.findall('"([^"]+)"', told)) == REACTIONS


def calls(ada: int, sam: int, desk: int) -> list[tuple[str, dict[str, Any]]]:
    """One call of each method, in an order that works; {N} is an id answered before."""
    key = {"text": "Exit", "callback_data": "exit"}
    copy = {"text": "112", "copy_text": {"text": "112"}}
    keys = json.dumps({"inline_keyboard": [[key, copy]]})
    text = {"text": "<b>hi</b> /start https://example.org", "parse_mode": "HTML"}
    return [
        ("getMe", {}),
        ("sendMessage", {"chat_id": ada, **text, "reply_markup": keys}),
        ("editMessageText", {"chat_id": ada, "message_id": "{1}", "text": "new"}),
        ("editMessageReplyMarkup", {"chat_id": ada, "message_id": "{1}", "reply_markup": keys}),
        ("pinChatMessage", {"chat_id": ada, "message_id": "{1}"}),
        ("unpinChatMessage", {"chat_id": ada}),
        ("setMessageReaction", {"chat_id": ada, "message_id": "{1}"}),
        ("sendPhoto", {"chat_id": ada, "photo": JPEG, "caption": "c"}),
        ("editMessageCaption", {"chat_id": ada, "message_id": "{7}", "caption": "d"}),
        ("sendVoice", {"chat_id": ada, "voice": JPEG, "duration": 3}),
        ("sendVideo", {"chat_id": ada, "video": JPEG}),
        ("sendAudio", {"chat_id": ada, "audio": JPEG, "performer": "p"}),
        ("sendDocument", {"chat_id": ada, "document": JPEG}),
        ("sendSticker", {"chat_id": ada, "sticker": JPEG}),
        ("sendLocation", {"chat_id": ada, "latitude": 1, "longitude": 2}),
        (
            "sendVenue",
            {"chat_id": ada, "latitude": 1, "longitude": 2, "title": "t", "address": "a"},
        ),
        ("sendContact", {"chat_id": ada, "phone_number": "+46", "first_name": "S"}),
        ("sendChatAction", {"chat_id": ada, "action": "typing"}),
        ("createForumTopic", {"chat_id": desk, "name": "K-1"}),
        ("sendMessage", {"chat_id": desk, "text": "card", "message_thread_id": "{18}"}),
        ("copyMessage", {"chat_id": desk, "from_chat_id": ada, "message_id": "{7}"}),
        ("copyMessages", {"chat_id": desk, "from_chat_id": ada, "message_ids": "[2]"}),
        ("forwardMessage", {"chat_id": desk, "from_chat_id": ada, "message_id": "{7}"}),
        ("editForumTopic", {"chat_id": desk, "message_thread_id": "{18}", "name": "K-2"}),
        ("closeForumTopic", {"chat_id": desk, "message_thread_id": "{18}"}),
        ("reopenForumTopic", {"chat_id": desk, "message_thread_id": "{18}"}),
        ("deleteForumTopic", {"chat_id": desk, "message_thread_id": "{18}"}),
        ("getChat", {"chat_id": ada}),
        ("getChat", {"chat_id": desk}),
        ("getChatMember", {"chat_id": desk, "user_id": sam}),
        ("getChatAdministrators", {"chat_id": desk}),
        ("getFile", {"file_id": "AgACAgQAAxkphoto00000000"}),
        ("setMyCommands", {"commands": '[{"command": "start", "description": "x"}]'}),
        ("getMyCommands", {}),
        ("deleteMyCommands", {}),
        ("setChatMenuButton", {}),
        ("getChatMenuButton", {}),
        ("setMyName", {"name": "Memo"}),
        ("getMyName", {}),
        ("setMyDescription", {"description": "x"}),
        ("getMyDescription", {}),
        ("setMyShortDescription", {"short_description": "x"}),
        ("getMyShortDescription", {}),
        ("getWebhookInfo", {}),
        ("getUpdates", {}),
        ("deleteMessages", {"chat_id": ada, "message_ids": "[2]"}),
        ("deleteMessage", {"chat_id": ada, "message_id": "{7}"}),
        ("deleteWebhook", {}),
        ("leaveChat", {"chat_id": desk}),
    ]


def people_do_everything(world: World, ada: User, sam: User, desk: Chat) -> str:
    """Fill the queue with updates of all kinds; answers the id of a press."""
    world.updates.allow(["message", "edited_message", "callback_query", "my_chat_member"])
    world.updates.allow([*(world.updates.allowed or []), "chat_member", "message_reaction"])
    kinds = "photo voice video audio document sticker location contact venue dice"
    for kind in kinds.split():
        world.send_media(ada.id, ada.id, kind)
    said = world.say(ada.id, ada.id, "hello", reply_to=3)
    world.edit(ada.id, ada.id, said.id, "hi")
    world.react(ada.id, ada.id, said.id, "👍")
    world.say(desk.id, sam.id, "x", anonymous=True)
    thread = world.create_topic(desk.id, sam.id, "own")
    world.say(desk.id, sam.id, "x", thread=thread)
    world.close_topic(desk.id, thread)
    world.reopen_topic(desk.id, thread)
    world.add_member(desk.id, ada.id, admin=True)
    world.remove_member(desk.id, ada.id)
    world.set_bot_rights(desk.id, can_change_info=False)
    return world.press(ada.id, ada.id, 2, "exit")


async def test_every_answer_is_in_the_spec(
    spec: dict[str, Any], running: Running, world: World, ada: User, sam: User, desk: Chat
) -> None:
    answers: list[Any] = []
    wrong: list[str] = []
    script = calls(ada.id, sam.id, desk.id)
    async with httpx.AsyncClient(base_url=f"{running.api_url}/bot{world.token}/") as client:
        for method, params in script:
            if method == "getUpdates":
                world.unblock(ada.id)
            data, files = _filled(params, answers)
            answer = (await client.post(method, data=data, files=files or None)).json()
            assert answer["ok"], (method, answer)
            answers.append(answer["result"])
            wrong += faults(spec, answer["result"], spec["methods"][method]["returns"], method)
            if len(answers) == 4:  # the message with the button is there
                pressed = people_do_everything(world, ada, sam, desk)
                await client.post("answerCallbackQuery", data={"callback_query_id": pressed})
    assert wrong == []
    assert {method for method, _ in script} | {"answerCallbackQuery"} == set(METHODS)
    told = {kind for update in answers[-5] for kind in update}
    assert told >= {"message", "edited_message", "callback_query", "my_chat_member"}
    assert told >= {"chat_member", "message_reaction"}


def _filled(params: dict[str, Any], answers: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    data, files = {}, {}
    for name, value in params.items():
        if isinstance(value, tuple):
            files[name] = value
        elif isinstance(value, str) and re.fullmatch(r"{\d+}", value):
            earlier = answers[int(value[1:-1])]
            data[name] = earlier[name] if name in earlier else earlier["message_id"]
        else:
            data[name] = value
    return data, files
