"""What the duty workers do."""

from __future__ import annotations

from tests.dialogs.person_lines import MEDIA
from tests.dialogs.script import Missed, line
from tests.dialogs.show import Json, Show, data_of, listed, words

STAFF_WRITES = r"{WHO} (?P<how>answers|writes|answers anonymously)"


@line(STAFF_WRITES + r": (?P<text>.+)")
async def writes(show: Show, who: str, how: str, text: str) -> None:
    """A reply to the newest post goes to her; an ordinary message stays in the topic."""
    await show.settle()
    _say(show, who, text, None if how == "writes" else "", how.endswith("anonymously"))


@line(r'{WHO} answers the post "(?P<post>.+)": (?P<text>.+)')
async def answers_post(show: Show, who: str, post: str, text: str) -> None:
    """A reply to the newest post with these words."""
    await show.settle()
    _say(show, who, text, post)


def _say(show: Show, who: str, text: str, to: str | None, anonymous: bool = False) -> None:
    chat = show.chat_of(who)
    reply_to = None if to is None else _post(show, chat, to)["id"]
    said = show.stage.world.say(
        chat,
        show.people[who],
        text,
        thread=show.thread(chat),
        reply_to=reply_to,
        anonymous=anonymous,
    )
    show.wrote[who] = (chat, said.id)


def _post(show: Show, chat: int, holding: str) -> Json:
    found = [m for m in show.posts(chat) if holding in words(m)]
    if not found:
        raise Missed(f"no post with {holding!r} to answer; {listed(show.posts(chat))}")
    return found[-1]


@line(rf"{{WHO}} answers with a {MEDIA}(?:: (?P<caption>.+))?")
async def answers_media(show: Show, who: str, kind: str, caption: str | None) -> None:
    """A reply with a photo or the like."""
    await show.settle()
    chat = show.chat_of(who)
    said = show.stage.world.send_media(
        chat,
        show.people[who],
        kind,
        caption=caption,
        thread=show.thread(chat),
        reply_to=_post(show, chat, "")["id"],
    )
    show.wrote[who] = (chat, said.id)


@line(r"{WHO} writes in the group: (?P<text>.+)")
async def writes_in_group(show: Show, who: str, text: str) -> None:
    """A message outside any topic, such as a command."""
    await show.settle()
    chat = show.chat_of(who)
    said = show.stage.world.say(chat, show.people[who], text)
    show.wrote[who] = (chat, said.id)


@line(r"{WHO}, who is no duty worker, joins the desk's group")
async def joins(show: Show, who: str) -> None:
    """Somebody the settings do not name sits in the group."""
    person = show.stage.world.add_person(who)
    show.people[who] = person.id
    show.works_at[who] = show.groups["Desk"]
    show.stage.world.add_member(show.groups["Desk"], person.id)


@line(r"{DESK} turns to the (?P<which>first|second|third) topic")
async def turns_to(show: Show, desk: str, which: str) -> None:
    """From now on the desk's lines are about this topic."""
    await show.settle()
    chat = show.groups[desk]
    number = ("first", "second", "third").index(which)
    show.threads[chat] = show.stage.world.topics(chat)[number]["thread"]


@line(r"Sara and Elin press \"Claim\" at the same time")
async def both_claim(show: Show) -> None:
    """Both presses are on their way before either is answered."""
    await show.settle()
    chat = show.groups["Desk"]
    card = show.card(chat)
    if card is None:
        raise Missed("there is no card")
    for who in ("Sara", "Elin"):
        show.stage.world.press(chat, show.people[who], card["id"], data_of(card, "Claim"))
    await show.settle()
