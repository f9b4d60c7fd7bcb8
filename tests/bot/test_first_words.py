"""The shortest way through: she asks, it reaches the desk."""

from __future__ import annotations

from tests.support import SOCIAL, Stage


async def test_a_request_reaches_the_desk(on_stage: Stage) -> None:
    world = on_stage.world
    amina = world.add_person("Amina", language="en")
    world.say(amina.id, amina.id, "/start")
    await on_stage.until(lambda: len(world.chat_view(amina.id)) == 2, "the first answer")
    assert world.topics(SOCIAL) == []
