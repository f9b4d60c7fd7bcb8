"""Serving a world on loopback: the Bot API on one port, the control side on another."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from aiohttp import web
from starlette.routing import BaseRoute

from .api import BODY_LIMIT, BotApi
from .control import CLOSE, control_app
from .world import World

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Running:
    """A served world, and where."""

    world: World
    api_url: str
    control_url: str


@contextlib.asynccontextmanager
async def serve(
    world: World,
    api_port: int = 0,
    control_port: int = 0,
    control_routes: Sequence[BaseRoute] = (),
) -> AsyncIterator[Running]:
    """Serve `world` in the running loop; port 0 takes a free one. Raises OSError if one is taken."""
    async with contextlib.AsyncExitStack() as stack:
        api_url = await stack.enter_async_context(_serve_api(world, api_port))
        control = _serve_control(world, control_port, control_routes)
        control_url = await stack.enter_async_context(control)
        yield Running(world, api_url, control_url)


def _bound(port: int) -> tuple[socket.socket, str]:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise
    listening.listen(2048)
    listening.setblocking(False)
    return listening, f"http://{HOST}:{listening.getsockname()[1]}"


def _request(*parts: Any) -> web.BaseRequest:
    make: Any = web.BaseRequest
    request: web.BaseRequest = make(
        *parts, loop=asyncio.get_running_loop(), client_max_size=BODY_LIMIT
    )
    return request


@contextlib.asynccontextmanager
async def _serve_api(world: World, port: int) -> AsyncIterator[str]:
    listening, url = _bound(port)
    handler = BotApi(world).handle
    server = web.Server(
        handler, request_factory=_request, handler_cancellation=True, access_log=None
    )
    acceptor = await asyncio.get_running_loop().create_server(server, sock=listening, backlog=2048)
    try:
        yield url
    finally:
        acceptor.close()
        await server.shutdown(0.02)


@contextlib.asynccontextmanager
async def _serve_control(
    world: World, port: int, routes: Sequence[BaseRoute]
) -> AsyncIterator[str]:
    listening, url = _bound(port)
    config = uvicorn.Config(
        control_app(world, routes),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Startup and shutdown by hand: serve() would take the host's signals and end a tick late.
    await server.startup(sockets=[listening])
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield url
    finally:
        ticking.cancel()
        world.publish(CLOSE)
        world.clock.wake()
        if server.server_state.connections:
            await server.shutdown(sockets=[listening])
        for acceptor in server.servers:  # shutdown() alone takes its time even when idle
            acceptor.close()
