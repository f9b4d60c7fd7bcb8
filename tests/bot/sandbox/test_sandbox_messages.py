"""Sending, deleting, files, topics, pop-ups and lock screens, as both sides see them."""

import io

import httpx
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MenuButtonCommands,
)

from bot.sandbox.errors import SandboxError
from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running
from bot.sandbox.world import World

HOUR = 3600
JPEG = b"\xff\xd8\xff" + bytes(range(256))
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Exit", callback_data="exit")]])


async def test_html_becomes_entities(bot: Bot, ada: User) -> None:
    source = '🕊 <b>bold <i>both</i></b> &lt;x&gt; <a href="https://example.org/">link</a>'
    sent = await bot.send_message(ada.id, source, parse_mode="HTML")
    assert sent.text == "🕊 bold both <x> link"
    found = [(e.type, sent.parse_entity(e)) for e in sent.entities]
    assert found == [("bold", "bold both"), ("italic", "both"), ("text_link", "link")]
    mixed = await bot.send_message(ada.id, " <b>Ring</b> +46 8 123 45 67", parse_mode="HTML")
    assert [(e.type, e.offset) for e in mixed.entities] == [("bold", 0), ("phone_number", 5)]


async def test_mentions_of_known_people(bot: Bot, ada: User, sam: User) -> None:
    source = f'<a href="tg://user?id={sam.id}">Sam</a> <a href="tg://user?id=4711">Nobody</a>'
    sent = await bot.send_message(ada.id, source, parse_mode="HTML")
    assert [(e.type, e.user.id) for e in sent.entities if e.user] == [("text_mention", sam.id)]
    assert len(sent.entities) == 1


async def test_bidi_isolates_stay_and_embeddings_go(bot: Bot, ada: User) -> None:
    sent = await bot.send_message(ada.id, "\u2066+46 8\u2069 \u202a+46 9\u202c")
    assert sent.text == "\u2066+46 8\u2069 +46 9"


async def test_json_bodies(running: Running, world: World, ada: User) -> None:
    async with httpx.AsyncClient(base_url=f"{running.api_url}/bot{world.token}/") as client:
        body = {"chat_id": ada.id, "text": "hello", "disable_notification": True}
        answer = await client.post("sendMessage", json=body)
        assert answer.json()["result"]["text"] == "hello"
        assert (await client.get("getMe")).json()["result"]["is_bot"] is True
        assert (await client.post("SENDMESSAGE", json=body)).status_code == 200
    assert world.notifications(ada.id)[-1]["silent"] is True
    assert world.calls[0].params["chat_id"] == ada.id


async def test_private_chats_share_a_counter_and_groups_do_not(
    world: World, bot: Bot, ada: User, desk: Chat
) -> None:
    eva = world.add_person("Eva")
    first = world.say(eva.id, eva.id, "hi").id
    assert (await bot.send_message(ada.id, "x")).message_id == first + 1
    assert (await bot.send_message(eva.id, "x")).message_id == first + 2
    assert (await bot.send_message(desk.id, "x")).message_id == 2


async def test_upload_download_and_reuse(bot: Bot, world: World, ada: User) -> None:
    sent = await bot.send_document(ada.id, io.BytesIO(JPEG), filename="räkning.pdf", caption="c")
    assert sent.document is not None
    assert (sent.document.file_name, sent.caption) == ("räkning.pdf", "c")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == JPEG
    again = await bot.send_document(ada.id, sent.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == sent.document.file_unique_id
    incoming = world.send_media(ada.id, ada.id, "voice", content=b"OggS", duration=3)
    voice = incoming.body["voice"]["file_id"]
    assert (await bot.send_voice(ada.id, voice)).to_dict()["voice"]["duration"] == 3
    assert bytes(await (await bot.get_file(voice)).download_as_bytearray()) == b"OggS"


async def test_all_kinds_of_messages(bot: Bot, ada: User) -> None:
    assert (await bot.send_photo(ada.id, JPEG)).photo
    assert (await bot.send_video(ada.id, JPEG)).video
    assert (await bot.send_audio(ada.id, JPEG, title="t")).audio.title == "t"
    assert (await bot.send_sticker(ada.id, JPEG)).sticker
    assert (await bot.send_location(ada.id, 59.3, 18.1)).location.latitude == 59.3
    assert (await bot.send_contact(ada.id, "+46", "Sam")).contact.first_name == "Sam"
    venue = (await bot.send_venue(ada.id, 59.3, 18.1, "title", "address")).venue
    assert venue.title == "title"
    assert await bot.send_chat_action(ada.id, "typing")


async def test_a_copy_has_no_author_and_a_forward_has(
    world: World, bot: Bot, ada: User, sam: User, desk: Chat
) -> None:
    post = world.say(desk.id, sam.id, "we are here")
    await bot.copy_message(ada.id, desk.id, post.id)
    await bot.copy_messages(ada.id, desk.id, [post.id, 999])
    forwarded = await bot.forward_message(ada.id, desk.id, post.id)
    seen = world.chat_view(ada.id)[-3:]
    assert [one["text"] for one in seen] == ["we are here"] * 3
    assert [one["forwarded"] for one in seen] == [False, False, True]
    assert [one["from_name"] for one in seen] == ["Notes"] * 3
    assert forwarded.forward_origin.sender_user.first_name == "Sam"


async def test_delete_messages_skips_and_answers_true(world: World, bot: Bot, ada: User) -> None:
    old = await bot.send_message(ada.id, "old")
    world.clock.move(47 * HOUR)
    mine = await bot.send_message(ada.id, "mine")
    hers = world.say(ada.id, ada.id, "hers")
    world.clock.move(2 * HOUR)
    assert await bot.delete_messages(ada.id, [old.message_id, mine.message_id, hers.id, 999])
    assert [one["text"] for one in world.chat_view(ada.id)] == ["/start", "old"]


async def test_a_deleted_topic_takes_its_messages_along(
    world: World, bot: Bot, sam: User, desk: Chat
) -> None:
    topic = await bot.create_forum_topic(desk.id, "K-1")
    await bot.send_message(desk.id, "card", message_thread_id=topic.message_thread_id)
    world.say(desk.id, sam.id, "note", thread=topic.message_thread_id)
    world.clock.move(100 * HOUR)
    assert await bot.edit_forum_topic(desk.id, topic.message_thread_id, name="K-1 closed")
    assert world.topics(desk.id)[0]["name"] == "K-1 closed"
    assert len(world.chat_view(desk.id, topic.message_thread_id)) == 4
    assert await bot.delete_forum_topic(desk.id, topic.message_thread_id)
    assert world.chat_view(desk.id) == []
    assert world.topics(desk.id) == []


async def test_closed_topics_open_again(world: World, bot: Bot, kim: User, desk: Chat) -> None:
    thread = (await bot.create_forum_topic(desk.id, "K-1")).message_thread_id
    await bot.close_forum_topic(desk.id, thread)
    with pytest.raises(SandboxError):
        world.say(desk.id, kim.id, "x", thread=thread)
    await bot.reopen_forum_topic(desk.id, thread)
    world.say(desk.id, kim.id, "x", thread=thread)
    world.close_topic(desk.id, thread)
    assert world.topics(desk.id)[0]["closed"]


async def test_press_and_pop_up(world: World, bot: Bot, ada: User) -> None:
    sent = await bot.send_message(ada.id, "hello", reply_markup=KEYS)
    world.press(ada.id, ada.id, sent.message_id, "exit")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "exit"
    await query.answer("gone", show_alert=True)
    assert world.popups(ada.id)[-1]["text"] == "gone"
    assert world.popups(ada.id)[-1]["show_alert"] is True
    with pytest.raises(SandboxError):
        world.press(ada.id, ada.id, sent.message_id, "back")
    await bot.delete_message(ada.id, sent.message_id)
    with pytest.raises(SandboxError):
        world.press(ada.id, ada.id, sent.message_id, "exit")


async def test_edits_replace_text_and_keyboard(world: World, bot: Bot, ada: User) -> None:
    sent = await bot.send_message(ada.id, "one", reply_markup=KEYS)
    edited = await bot.edit_message_text("two", ada.id, sent.message_id)
    assert (edited.text, edited.reply_markup) == ("two", None)
    seen = world.chat_view(ada.id)[-1]
    assert (seen["text"], seen["keyboard"], seen["edited"]) == ("two", None, True)
    photo = await bot.send_photo(ada.id, JPEG, caption="one")
    await bot.edit_message_caption(ada.id, photo.message_id, caption="two")
    assert world.chat_view(ada.id)[-1]["caption"] == "two"


async def test_reactions_and_pins(world: World, bot: Bot, sam: User, desk: Chat) -> None:
    number = world.say(desk.id, sam.id, "reply").id
    for emoji in ("👌", "🕊", "👀", "✍"):
        await bot.set_message_reaction(desk.id, number, emoji)
        assert world.chat_view(desk.id)[-1]["reactions"] == [emoji]
    await bot.set_message_reaction(desk.id, number, None)
    assert world.chat_view(desk.id)[-1]["reactions"] == []
    await bot.pin_chat_message(desk.id, number)
    pinned, service = world.chat_view(desk.id)
    assert (pinned["pinned"], service["kind"]) == (True, "pinned_message")
    await bot.unpin_chat_message(desk.id)
    assert not world.chat_view(desk.id)[0]["pinned"]


async def test_lock_screens(world: World, bot: Bot, ada: User, sam: User, desk: Chat) -> None:
    text = await bot.send_message(ada.id, "a <tg-spoiler>secret</tg-spoiler>", parse_mode="HTML")
    await bot.send_photo(ada.id, JPEG, disable_notification=True)
    await bot.send_voice(ada.id, JPEG)
    await bot.edit_message_text("changed", ada.id, text.message_id)
    shown = world.notifications(ada.id)
    assert [one["text"] for one in shown] == ["a ▒▒▒▒▒▒", "Photo", "Voice message"]
    assert [one["silent"] for one in shown] == [False, True, False]
    assert {one["title"] for one in shown} == {"Notes"}
    await bot.delete_message(ada.id, text.message_id)
    assert len(world.notifications(ada.id)) == 2
    world.read(ada.id, ada.id)
    assert world.notifications(ada.id) == []
    await bot.send_message(desk.id, "alert")
    assert world.notifications(sam.id)[0]["text"] == "Notes: alert"
    assert world.notifications(sam.id)[0]["title"] == "Desk"


async def test_what_the_bot_can_ask(
    world: World, bot: Bot, ada: User, sam: User, desk: Chat
) -> None:
    assert (await bot.get_chat(desk.id)).is_forum
    assert (await bot.get_chat(ada.id)).first_name == "Ada"
    assert (await bot.get_chat_member(desk.id, bot.id)).status == "administrator"
    assert (await bot.get_chat_member(desk.id, sam.id)).status == "creator"
    assert len(await bot.get_chat_administrators(desk.id)) == 2
    assert await bot.set_my_commands([("start", "Begin")])
    assert (await bot.get_my_commands())[0].command == "start"
    assert await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    assert await bot.set_chat_menu_button(ada.id, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ada.id)).type == "commands"
    assert await bot.set_my_name("Memo")
    assert (await bot.get_my_name()).name == "Memo"
    assert await bot.set_my_short_description("notes")
    assert (await bot.get_my_short_description()).short_description == "notes"
    assert await bot.set_my_description("notes")
    assert (await bot.get_my_description()).description == "notes"
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.leave_chat(desk.id)
    assert (await bot.get_chat_member(desk.id, bot.id)).status == "left"


async def test_html_of_every_kind(bot: Bot, ada: User) -> None:
    source = (
        '<u>u</u><s>s</s><code>c</code><pre>p</pre><span class="tg-spoiler">x</span>'
        '<blockquote expandable>q</blockquote><tg-emoji emoji-id="5">👍</tg-emoji><b></b>'
    )
    sent = await bot.send_message(ada.id, source, parse_mode="HTML")
    wanted = "underline strikethrough code pre spoiler expandable_blockquote custom_emoji"
    assert [entity.type for entity in sent.entities] == wanted.split()
    again = await bot.send_message(ada.id, sent.text or "", entities=sent.entities)
    assert again.entities == sent.entities


async def test_people_delete_and_previews_go(
    world: World, bot: Bot, ada: User, sam: User, kim: User, desk: Chat
) -> None:
    said = world.say(desk.id, sam.id, "to all")
    assert world.notifications(kim.id)[0]["text"] == "Sam: to all"
    with pytest.raises(SandboxError):
        world.delete(desk.id, kim.id, said.id)
    world.delete(desk.id, sam.id, said.id)
    assert world.notifications(kim.id) == []
    sent = await bot.send_sticker(ada.id, JPEG)
    await bot.send_document(ada.id, JPEG, filename="list.txt", caption="the list")
    previews = [one["text"] for one in world.notifications(ada.id)]
    assert previews == ["🙂 Sticker", "the list"]
    world.delete(ada.id, ada.id, sent.message_id)
    assert len(world.notifications(ada.id)) == 1
    photo = world.send_media(ada.id, ada.id, "photo", caption="see", thread=None)
    assert world.edit(ada.id, ada.id, photo.id, "look").body["caption"] == "look"
    world.react(ada.id, ada.id, photo.id, "👍")
    world.react(ada.id, ada.id, photo.id, None)
    assert world.chat_view(ada.id)[-1]["reactions"] == []


async def test_protected_messages_say_so(world: World, bot: Bot, ada: User) -> None:
    sent = await bot.send_message(ada.id, "x", protect_content=True)
    assert sent.has_protected_content
    assert world.chat_view(ada.id)[-1]["protected"]


def test_phones_can_only_do_what_phones_can(world: World, ada: User, sam: User, desk: Chat) -> None:
    for wrong in (
        lambda: world.say(ada.id, sam.id, "not my chat"),
        lambda: world.say(desk.id, ada.id, "not inside"),
        lambda: world.say(desk.id, sam.id, "x", thread=77),
        lambda: world.say(ada.id, ada.id, "x", reply_to=77),
        lambda: world.say(ada.id, ada.id, " "),
        lambda: world.send_media(ada.id, ada.id, "dream"),
        lambda: world.edit(ada.id, ada.id, 77, "x"),
        lambda: world.delete(ada.id, ada.id, 77),
        lambda: world.add_person("Twin", user_id=ada.id),
        lambda: world.say(5, ada.id, "x"),
        lambda: world.add_group("x", [4711]),
    ):
        with pytest.raises(SandboxError):
            wrong()
    world.block(ada.id)
    with pytest.raises(SandboxError):
        world.say(ada.id, ada.id, "x")
