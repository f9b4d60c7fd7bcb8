"""A served world, a real python-telegram-bot to talk to it, two people and a desk."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World


def _request(**timeouts: float) -> HTTPXRequest:
    # No certificates: loading them takes longer than the tests.
    return HTTPXRequest(connection_pool_size=16, httpx_kwargs={"verify": False}, **timeouts)


def make_bot(running: Running, token: str | None = None, **timeouts: float) -> Bot:
    """An unmodified Bot on the sandbox."""
    return Bot(
        token or running.world.token,
        base_url=f"{running.api_url}/bot",
        base_file_url=f"{running.api_url}/file/bot",
        request=_request(**timeouts),
        get_updates_request=_request(**timeouts),
    )


@pytest.fixture
def world() -> World:
    return World(limits=False)


@pytest.fixture
async def running(world: World) -> AsyncIterator[Running]:
    async with serve(world) as running:
        yield running


@pytest.fixture
async def bot(running: Running) -> AsyncIterator[Bot]:
    async with make_bot(running) as bot:
        yield bot


@pytest.fixture
def ada(world: World) -> User:
    """A person who has written to the bot; that update is confirmed already."""
    person = world.add_person("Ada", username="ada")
    world.say(person.id, person.id, "/start")
    world.updates.drop()
    return person


@pytest.fixture
def sam(world: World) -> User:
    """A duty worker; owns the desk."""
    return world.add_person("Sam")


@pytest.fixture
def kim(world: World) -> User:
    """A duty worker without rights."""
    return world.add_person("Kim")


@pytest.fixture
def desk(world: World, sam: User, kim: User) -> Chat:
    """A forum with the bot as administrator."""
    chat = world.add_group("Desk", [sam.id, kim.id])
    world.updates.drop()
    return chat
