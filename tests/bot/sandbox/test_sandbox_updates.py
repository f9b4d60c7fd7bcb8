"""Receiving: held polls, offsets, retention, kinds, the second poller."""

import asyncio
import json

import pytest
from conftest import make_bot
from telegram import Bot, Update
from telegram.error import Conflict

from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running
from bot.sandbox.world import World

DAY = 24 * 3600


def texts(updates: tuple[Update, ...]) -> list[str]:
    return [str(update.effective_message.text) for update in updates]


async def test_a_held_poll_wakes_on_a_new_update(world: World, bot: Bot, ada: User) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await world.updates.held.wait()
    world.say(ada.id, ada.id, "hello")
    assert texts(await poll) == ["hello"]


async def test_a_poll_without_news_answers_empty_in_time(bot: Bot) -> None:
    assert await bot.get_updates(timeout=0) == ()
    started = asyncio.get_running_loop().time()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < asyncio.get_running_loop().time() - started < 2


async def test_offset_confirms_and_limit_holds(world: World, bot: Bot, ada: User) -> None:
    for number in range(5):
        world.say(ada.id, ada.id, str(number))
    first = await bot.get_updates(limit=2)
    assert texts(first) == ["0", "1"]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert texts(rest) == ["2", "3", "4"]
    assert world.queue_size == 3
    assert texts(await bot.get_updates(offset=-2)) == ["3", "4"]
    assert world.queue_size == 2
    assert await bot.get_updates(offset=rest[-1].update_id + 1) == ()


async def test_the_same_offset_at_once_gives_one(world: World, bot: Bot, ada: User) -> None:
    for number in range(3):
        world.say(ada.id, ada.id, str(number))
    assert len(await bot.get_updates()) == 3
    assert len(await bot.get_updates()) == 1


async def test_an_offset_from_before_a_restart_of_ids(world: World, bot: Bot, ada: User) -> None:
    world.updates.restart_ids(1000)
    world.say(ada.id, ada.id, "after a quiet week")
    got = await bot.get_updates(offset=500_000_777)
    assert [update.update_id for update in got] == [1000]


async def test_updates_are_kept_a_day(world: World, bot: Bot, ada: User) -> None:
    world.say(ada.id, ada.id, "old")
    world.clock.move(DAY - 60)
    world.say(ada.id, ada.id, "young")
    assert world.queue_size == 2
    world.clock.move(120)
    assert texts(await bot.get_updates()) == ["young"]


async def test_a_second_poller_ends_the_first(world: World, running: Running, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await world.updates.held.wait()
    async with make_bot(running) as other:
        assert await other.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
        await first


async def test_a_poller_that_dies_takes_nothing_along(
    world: World, running: Running, bot: Bot, ada: User
) -> None:
    host, port = running.api_url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /bot{bot.token}/getUpdates?timeout=30 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await world.updates.held.wait()
    writer.transport.abort()
    world.say(ada.id, ada.id, "hello")
    assert texts(await bot.get_updates(timeout=5)) == ["hello"]


async def test_kinds_only_when_asked_for(
    world: World, bot: Bot, ada: User, sam: User, desk: Chat
) -> None:
    world.add_member(desk.id, ada.id)
    message = world.say(desk.id, sam.id, "hello")
    world.react(desk.id, ada.id, message.id, "👍")
    assert [one.message is not None for one in await bot.get_updates()] == [True]
    await bot.get_updates(offset=-1, allowed_updates=Update.ALL_TYPES)
    world.remove_member(desk.id, ada.id)
    world.react(desk.id, sam.id, message.id, "👍")
    got = await bot.get_updates(offset=-2)
    assert got[0].chat_member is not None
    assert got[0].chat_member.new_chat_member.status == "left"
    assert got[1].message_reaction is not None
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 2


async def test_block_and_unblock(world: World, bot: Bot, ada: User) -> None:
    world.block(ada.id)
    world.unblock(ada.id)
    changes = [one.my_chat_member for one in await bot.get_updates()]
    states = [(c.old_chat_member.status, c.new_chat_member.status) for c in changes if c]
    assert states == [("member", "kicked"), ("kicked", "member")]


async def test_what_a_private_message_tells(world: World, bot: Bot) -> None:
    eva = world.add_person("Eva", username="eva", language="ar")
    world.say(eva.id, eva.id, "/start abc")
    [update] = await bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert message.from_user.first_name == "Eva"
    assert message.from_user.username == "eva"
    assert message.from_user.language_code == "ar"
    assert message.chat.id == eva.id
    assert message.entities[0].type == "bot_command"


async def test_edited_messages(world: World, bot: Bot, ada: User) -> None:
    number = world.say(ada.id, ada.id, "one").id
    world.edit(ada.id, ada.id, number, "two")
    edited = (await bot.get_updates())[1].edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (number, "two")
    assert edited.edit_date is not None


async def test_topic_messages_reply_to_the_service_message(
    world: World, bot: Bot, sam: User, desk: Chat
) -> None:
    topic = await bot.create_forum_topic(desk.id, "K-7F3Q · ride")
    thread = topic.message_thread_id
    post = await bot.send_message(desk.id, "card", message_thread_id=thread)
    assert post.is_topic_message
    assert post.message_thread_id == thread
    world.say(desk.id, sam.id, "internal", thread=thread)
    world.say(desk.id, sam.id, "reply", reply_to=post.message_id)
    plain, reply = [one.message for one in await bot.get_updates()]
    assert plain is not None
    assert plain.reply_to_message is not None
    assert plain.reply_to_message.forum_topic_created is not None
    assert plain.reply_to_message.from_user == bot.bot
    assert plain.reply_to_message.message_id == thread
    assert reply is not None
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.message_id == post.message_id
    assert reply.message_thread_id == thread


async def test_anonymous_administrators(world: World, bot: Bot, sam: User, desk: Chat) -> None:
    world.say(desk.id, sam.id, "who am I", anonymous=True)
    [update] = await bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert message.from_user.id == 1087968824
    assert message.sender_chat is not None
    assert message.sender_chat.id == desk.id


async def test_a_bot_without_rights_sees_commands_and_replies_only(
    world: World, bot: Bot, sam: User
) -> None:
    group = world.add_group("Plain", [sam.id], forum=False, bot_admin=False)
    world.updates.drop()
    own = await bot.send_message(group.id, "hello")
    world.say(group.id, sam.id, "chatter")
    world.say(group.id, sam.id, "/help")
    world.say(group.id, sam.id, "yes", reply_to=own.message_id)
    assert texts(await bot.get_updates()) == ["/help", "yes"]


async def test_groups_tell_of_coming_and_going(world: World, bot: Bot, sam: User) -> None:
    group = world.add_group("New", [sam.id])
    world.remove_bot_from_group(group.id)
    changes = [one.my_chat_member for one in await bot.get_updates()]
    assert [c.new_chat_member.status for c in changes if c] == ["administrator", "kicked"]


async def test_raw_updates_have_no_unknown_shape(world: World, ada: User) -> None:
    world.say(ada.id, ada.id, "hello")
    [raw] = await world.updates.get(0, 100, 0)
    assert json.loads(raw)["message"]["date"] == int(world.clock.now())
