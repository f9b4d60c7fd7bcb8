"""The control side over HTTP: verbs, snapshot, events, clock and media, for tests and the page."""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from . import gestures, groups, people
from .errors import ApiError, SandboxError
from .faults import Fault
from .model import Chat, Json, Message, User
from .world import World

PING = 15.0
CLOSE = "close"


def _move_clock(world: World, seconds: float) -> Json:
    world.clock.move(float(seconds))
    return {"now": world.clock.now()}


def _set_clock(world: World, unix: float) -> Json:
    world.clock.set(float(unix))
    return {"now": world.clock.now()}


def _set_limits(world: World, on: bool) -> None:
    world.limits.on = bool(on)
    world.publish("log", limits=world.limits.on)


def _fault(world: World, **about: Any) -> None:
    world.faults.add(Fault(**about))


def _clear_faults(world: World) -> None:
    world.faults.clear()


def _calls(world: World, last: int = 100) -> list[Json]:
    chosen = list(world.calls)[-last:]
    return [{**asdict(call), "ok": call.ok, "params": call.params} for call in chosen]


VERBS: dict[str, Callable[..., Any]] = {
    **{verb.__name__: verb for verb in (*people.VERBS, *gestures.VERBS, *groups.VERBS)},
    "chat_view": World.chat_view,
    "topics": World.topics,
    "notifications": World.notifications,
    "popups": World.popups,
    "move_clock": _move_clock,
    "set_clock": _set_clock,
    "set_limits": _set_limits,
    "fault": _fault,
    "clear_faults": _clear_faults,
    "calls": _calls,
}


def person_json(user: User) -> Json:
    """A person as the snapshot shows her."""
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "language": user.language,
        "blocked": user.blocked,
    }


def group_json(world: World, chat: Chat) -> Json:
    """A group as the snapshot shows it."""
    members = [
        {"id": one.user.id, "name": one.user.name, "status": one.status}
        for one in chat.members.values()
    ]
    return {
        "id": chat.id,
        "title": chat.title,
        "forum": chat.forum,
        "members": members,
        "topics": world.topics(chat.id),
    }


def snapshot(world: World) -> Json:
    """Everything the page shows, at once."""
    people = [user for user in world.users.values() if user is not world.bot]
    groups = [chat for chat in world.chats.values() if not chat.private]
    return {
        "now": world.clock.now(),
        "clock": world.clock.now(),
        "bot": {"id": world.bot.id, "name": world.bot.name, "username": world.bot.username},
        "people": [person_json(user) for user in people],
        "groups": [group_json(world, chat) for chat in groups],
        "chats": {str(chat_id): world.chat_view(chat_id) for chat_id in world.chats},
        "notifications": {str(user.id): world.notifications(user.id) for user in people},
        "popups": {str(user.id): world.popups(user.id) for user in people},
        "faults": [asdict(fault) for fault in world.faults],
        "limits": world.limits.on,
        "queue": world.queue_size,
    }


def _shown(world: World, result: Any) -> Any:
    if isinstance(result, Message):
        return world.shown(result)
    if isinstance(result, User):
        return person_json(result)
    if isinstance(result, Chat):
        return group_json(world, result)
    return result


async def _verb(request: Request) -> Response:
    world: World = request.app.state.world
    verb = request.path_params["verb"]
    try:
        about = json.loads(await request.body() or b"{}")
        if not isinstance(about, dict):
            raise SandboxError("the body must be a JSON object")
        if isinstance(about.get("content"), str):
            about["content"] = base64.b64decode(about["content"], validate=True)
        if verb not in VERBS:
            return _failed(f"no verb {verb!r}", 404)
        result = VERBS[verb](world, **about)
    except (SandboxError, ApiError, TypeError, ValueError, KeyError, binascii.Error) as error:
        return _failed(str(error))
    return JSONResponse({"ok": True, "result": _shown(world, result)})


def _failed(why: str, status: int = 400) -> Response:
    return JSONResponse({"ok": False, "error": why}, status_code=status)


async def _state(request: Request) -> Response:
    return JSONResponse(snapshot(request.app.state.world))


async def _events(request: Request) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(request.app.state.world)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(world: World) -> AsyncIterator[str]:
    queue = world.subscribe()
    try:
        yield ": hello\n\n"
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), PING)
            except TimeoutError:
                yield ": ping\n\n"
                continue
            if event["kind"] == CLOSE:
                return
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
    finally:
        world.unsubscribe(queue)


async def _clock(request: Request) -> Response:
    clock = request.app.state.world.clock
    until = request.query_params.get("until")
    if until:
        try:
            await clock.wait_until(float(until))
        except ValueError:
            return _failed("until must be unix seconds")
    return JSONResponse({"now": clock.now()})


async def _file(request: Request) -> Response:
    world: World = request.app.state.world
    file = world.files.by_id(request.path_params["file_id"])
    if file is None:
        return _failed("no such file", 404)
    return Response(file.content, media_type=file.mime)


def control_app(world: World, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The control side as an application; `routes` come before its own."""
    app = Starlette(
        routes=[
            *routes,
            Route("/control/state", _state),
            Route("/control/events", _events),
            Route("/control/{verb}", _verb, methods=["POST"]),
            Route("/clock", _clock),
            Route("/file/{file_id}", _file),
        ]
    )
    app.state.world = world
    return app
