"""What happens around the conversations: time, the bot itself, groups and topics."""

from __future__ import annotations

from tests.dialogs.script import Missed, line
from tests.dialogs.show import Show, plain

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@line(r"(?P<count>\d+) (?P<unit>second|minute|hour|day)s? pass(?:es)?")
async def time_passes(show: Show, count: str, unit: str) -> None:
    """The clock moves, for the bot as well."""
    await show.settle()
    await show.move_clock(int(count) * SECONDS[unit])


@line(r"The bot stops")
async def bot_stops(show: Show) -> None:
    """The program ends."""
    await show.settle()
    await show.stage.stop()


@line(r"The bot starts")
async def bot_starts(show: Show) -> None:
    """The program runs again on the same store."""
    await show.stage.start()


@line(r"Staff delete the topic at the {DESK}")
async def staff_delete_topic(show: Show, desk: str) -> None:
    """The topic is gone; Telegram tells the bot nothing."""
    await show.settle()
    chat = show.groups[desk]
    thread = show.thread(chat)
    if thread is None:
        raise Missed("there is no topic")
    show.stage.world.delete_topic(chat, thread)


@line(r"The bot is removed from the {DESK}")
async def bot_removed(show: Show, desk: str) -> None:
    """Somebody takes the bot out of the group."""
    await show.settle()
    show.stage.world.remove_bot_from_group(show.groups[desk])


@line(r"The bot is back at the {DESK}")
async def bot_back(show: Show, desk: str) -> None:
    """Somebody puts it in again."""
    show.stage.world.add_bot_to_group(show.groups[desk])
    await show.move_clock(60)


@line(r"The {DESK} forbids reactions")
async def forbids_reactions(show: Show, desk: str) -> None:
    """The group's setting."""
    show.stage.world.set_group(show.groups[desk], reactions=False)


@line(r'Somebody adds the bot to the group "(?P<title>.+)"')
async def added_to_group(show: Show, title: str) -> None:
    """A group that the settings do not know."""
    world = show.stage.world
    owner = world.add_person("Owner")
    group = world.add_group(title, [owner.id], bot_inside=False)
    show.groups[title] = group.id
    world.add_bot_to_group(group.id)


@line(r'The group "(?P<title>.+)" sees its chat id')
async def group_told(show: Show, title: str) -> None:
    """The bot says the id once, for the operator."""
    chat = show.groups[title]

    def told() -> list[str]:
        said = [m for m in show.stage.world.chat_view(chat) if m["bot"] and m["kind"] == "text"]
        return [plain(m["text"]) for m in said]

    await show.until(lambda: any(str(chat) in one for one in told()), lambda: f"{told()}")


@line(r'The group "(?P<title>.+)" has heard (?P<count>\d+) messages? from the bot')
async def group_heard(show: Show, title: str, count: str) -> None:
    """How often the bot has spoken there."""
    await show.settle()
    said = [m for m in show.stage.world.chat_view(show.groups[title]) if m["bot"] and m["text"]]
    if len(said) != int(count):
        raise Missed(f"it has heard {[m['text'] for m in said]}")


@line(r'The bot is no longer in the group "(?P<title>.+)"')
async def bot_left(show: Show, title: str) -> None:
    """It left of its own accord."""
    world = show.stage.world
    chat = world.chat(show.groups[title])
    await show.until(lambda: not world.inside(chat), lambda: "it is still there")


@line(r'Somebody adds the bot to the group "(?P<title>.+)" again')
async def added_again(show: Show, title: str) -> None:
    """The same group once more."""
    show.stage.world.add_bot_to_group(show.groups[title])
