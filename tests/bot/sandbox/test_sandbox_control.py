"""The control side over HTTP: verbs, snapshot, events, clock, files, extra routes."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from telegram import Bot

from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World


@pytest.fixture
async def control(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.control_url) as client:
        yield client


async def do(control: httpx.AsyncClient, verb: str, **about: object) -> object:
    answer = await control.post(f"/control/{verb}", json=about)
    assert answer.json()["ok"], answer.text
    return answer.json()["result"]


async def test_a_whole_exchange(control: httpx.AsyncClient, bot: Bot) -> None:
    ada = await do(control, "add_person", name="Ada", language="en")
    assert isinstance(ada, dict)
    number = ada["id"]
    await do(control, "say", chat_id=number, user_id=number, text="/start")
    keys = {"inline_keyboard": [[{"text": "Exit", "callback_data": "exit"}]]}
    sent = await bot.send_message(number, "hello", api_kwargs={"reply_markup": keys})
    where = {"chat_id": number, "user_id": number, "message_id": sent.message_id}
    assert await do(control, "press", **where, data="exit")
    await do(control, "block", user_id=number)
    state = (await control.get("/control/state")).json()
    assert state["people"][0]["blocked"] is True
    assert [one["text"] for one in state["chats"][str(number)]] == ["/start", "hello"]
    assert state["limits"] is False
    calls = await do(control, "calls")
    assert isinstance(calls, list)
    assert calls[-1]["params"]["text"] == "hello"


async def test_groups_and_files(control: httpx.AsyncClient, ada: User, sam: User) -> None:
    group = await do(control, "add_group", title="Desk", members=[sam.id])
    assert isinstance(group, dict)
    content = base64.b64encode(b"\xff\xd8\xffpicture").decode()
    sent = await do(
        control, "send_media", chat_id=ada.id, user_id=ada.id, kind="photo", content=content
    )
    assert isinstance(sent, dict)
    file = await control.get(f"/file/{sent['media']['file_id']}")
    assert file.content == b"\xff\xd8\xffpicture"
    assert file.headers["content-type"] == "image/jpeg"
    assert (await control.get("/file/none")).status_code == 404


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("say", '{"chat_id": 1, "user_id": 1, "text": "x"}', 400),
        ("say", '{"nonsense": 1}', 400),
        ("say", "[]", 400),
        ("say", "{", 400),
        ("fly", "{}", 404),
        ("fault", '{"kind": "earthquake"}', 400),
    ],
)
async def test_wrong_verbs(control: httpx.AsyncClient, verb: str, body: str, status: int) -> None:
    answer = await control.post(f"/control/{verb}", content=body)
    assert answer.status_code == status
    assert answer.json()["ok"] is False
    assert answer.json()["error"]


async def test_the_clock(control: httpx.AsyncClient, world: World) -> None:
    start = (await control.get("/clock")).json()["now"]
    assert abs(start - world.clock.now()) < 5
    waiting = asyncio.create_task(control.get("/clock", params={"until": start + 3600}))
    while not world.clock.waited_for:  # noqa: ASYNC110 -- the request is on its way
        await asyncio.sleep(0)
    await do(control, "move_clock", seconds=7200)
    assert (await waiting).json()["now"] >= start + 7200
    assert (await control.get("/clock", params={"until": start})).json()["now"] > start
    assert (await control.get("/clock", params={"until": "noon"})).status_code == 400


async def test_limits_and_faults(control: httpx.AsyncClient, world: World) -> None:
    await do(control, "set_limits", on=True)
    assert world.limits.on
    await do(control, "fault", kind="status_500", method="sendMessage", times=3)
    assert (await control.get("/control/state")).json()["faults"][0]["times"] == 3
    await do(control, "clear_faults")
    assert not world.faults


async def test_events(
    control: httpx.AsyncClient, world: World, bot: Bot, ada: User, desk: Chat
) -> None:
    kinds: list[str] = []
    async with control.stream("GET", "/control/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == ": hello"
        sent = await bot.send_message(ada.id, "hello")
        await bot.edit_message_text("hi", ada.id, sent.message_id)
        await bot.set_message_reaction(ada.id, sent.message_id, "👌")
        await bot.delete_message(ada.id, sent.message_id)
        await bot.send_chat_action(ada.id, "typing")
        await bot.create_forum_topic(desk.id, "K-1")
        world.clock.move(1)
        async for line in lines:
            if line.startswith("data: "):
                event = json.loads(line[6:])
                kinds.append(event["kind"])
                if event["kind"] == "clock":
                    break
    wanted = ["message", "edit", "reaction", "delete", "typing", "message", "topic", "clock"]
    assert [kind for kind in kinds if kind not in ("log", "notification")] == wanted


async def test_extra_routes_and_open_streams_at_the_end(world: World) -> None:
    async def page(_: object) -> PlainTextResponse:
        return PlainTextResponse("page")

    started = asyncio.get_running_loop().time()
    async with serve(world, control_routes=[Route("/", page)]) as running:
        client = httpx.AsyncClient(base_url=running.control_url)
        assert (await client.get("/")).text == "page"
        stream = client.stream("GET", "/control/events")
        await stream.__aenter__()
    assert asyncio.get_running_loop().time() - started < 3
    await client.aclose()
    assert not world.listeners


async def test_the_program_ends_on_a_signal() -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", "--api-port", "0", "--control-port", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    line = (await program.stdout.readline()).decode()
    assert line.startswith("Bot API http://127.0.0.1:")
    os.kill(program.pid, signal.SIGINT)
    assert await program.wait() == 0
