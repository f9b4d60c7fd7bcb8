"""What a person does and sees; lines about both sides that begin with somebody's name."""

from __future__ import annotations

from typing import Any

from tests.dialogs.script import Missed, line
from tests.dialogs.show import Json, Show, data_of, labels, words

MEDIA = r"(?P<kind>photo|voice|video|document|location|contact|dice)(?: message)?"


# She does ----------------------------------------------------------------------------------------


@line(r"{WHO}'s phone is in (?P<language>English|Swedish|Finnish)")
async def has_phone(show: Show, who: str, language: str) -> None:
    """Somebody with a phone in this language."""
    code = {"English": "en", "Swedish": "sv", "Finnish": "fi"}[language]
    show.people[who] = show.stage.world.add_person(who, language=code).id


@line(r"{WHO}: (?P<text>.+)")
async def writes(show: Show, who: str, text: str) -> None:
    """She writes to the bot, and has read what stood there."""
    await show.settle()
    chat = show.person(who)
    show.caught_up(chat)
    said = show.stage.world.say(chat, chat, text)
    show.wrote[who] = (chat, said.id)


@line(rf"{{WHO}} sends a {MEDIA}(?:: (?P<caption>.+))?")
async def sends(show: Show, who: str, kind: str, caption: str | None) -> None:
    """She sends something other than words."""
    await show.settle()
    chat = show.person(who)
    show.caught_up(chat)
    said = show.stage.world.send_media(chat, chat, kind, caption=caption)
    show.wrote[who] = (chat, said.id)


@line(r"{WHO} edits (?:her|his) last message to: (?P<text>.+)")
async def edits_last(show: Show, who: str, text: str) -> None:
    """Somebody changes what they wrote last."""
    await show.settle()
    chat, message = show.wrote[who]
    show.stage.world.edit(chat, show.person(who), message, text)


@line(r'{WHO} edits "(?P<old>.+)" to: (?P<text>.+)')
async def edits(show: Show, who: str, old: str, text: str) -> None:
    """Somebody changes an earlier message."""
    await show.settle()
    chat = show.chat_of(who)
    mine = [m for m in show.stage.world.chat_view(chat) if m["from_id"] == show.person(who)]
    found = next((m for m in reversed(mine) if old in words(m)), None)
    if found is None:
        raise Missed(f"{who} has written nothing with {old!r}")
    show.stage.world.edit(chat, show.person(who), found["id"], text)


@line(r'{WHO} presses (?P<old>the old )?"(?P<label>.+)"')
async def presses(show: Show, who: str, old: str | None, label: str) -> None:
    """Somebody presses a button: on the newest message that has it, or on an older message."""
    await show.settle()
    chat = show.chat_of(who)

    def found() -> Json | None:
        posts = show.posts(chat)
        having = [m for m in posts if label in labels(m) and not (old and m is posts[-1])]
        return having[-1] if having else None

    message = await show.until(found, lambda: f"no such button; there are {_buttons(show, chat)}")
    show.popups_read[who] = len(_popups(show, who))
    if not old:
        show.read[chat] = max(show.read[chat], message["id"] if chat > 0 else 0)
    show.stage.world.press(chat, show.person(who), message["id"], data_of(message, label))
    await show.settle()


@line(r"{WHO} blocks the bot")
async def blocks(show: Show, who: str) -> None:
    """She blocks the bot."""
    await show.settle()
    show.stage.world.block(show.person(who))


@line(r"{WHO} unblocks the bot")
async def unblocks(show: Show, who: str) -> None:
    """She unblocks it."""
    await show.settle()
    show.stage.world.unblock(show.person(who))


@line(r"{WHO} puts the phone away")
async def puts_away(show: Show, who: str) -> None:
    """She has read everything and locks the phone."""
    await show.settle()
    chat = show.person(who)
    show.stage.world.read(chat, chat)


# She sees ----------------------------------------------------------------------------------------


@line(rf"{{WHO}} sees a {MEDIA}")
async def sees_media(show: Show, who: str, kind: str) -> None:
    """The next message in her chat is a photo or the like."""
    message = await _next(show, who, f"a {kind}")
    if message["kind"] != kind:
        raise Missed(f"instead came: {words(message) or message['kind']}")


@line(r"{WHO} sees: (?P<text>.+)")
async def sees(show: Show, who: str, text: str) -> None:
    """The next message in her chat says so."""
    message = await _next(show, who, text)
    if text not in words(message):
        raise Missed(f"instead came: {words(message) or message['kind']}")


async def _next(show: Show, who: str, what: str) -> Json:
    chat = show.person(who)
    message: Json = (await show.until(lambda: show.new(chat), lambda: f"nothing came: {what}"))[0]
    show.saw(chat, message)
    return message


@line(r"{WHO} sees nothing more")
async def sees_nothing(show: Show, who: str) -> None:
    """Nothing came since what was named last."""
    await show.settle()
    if rest := show.new(show.person(who)):
        raise Missed(f"there came: {' / '.join(map(words, rest))}")


@line(r"  and: (?P<text>.+)")
async def says_also(show: Show, text: str) -> None:
    """What was seen last says this too."""
    if show.last is None or text not in words(show.last):
        raise Missed(f"it says: {words(show.last) if show.last else 'nothing yet'}")


@line(r"  but not: (?P<text>.+)")
async def says_not(show: Show, text: str) -> None:
    """What was seen last does not say this."""
    if show.last is not None and text in words(show.last):
        raise Missed(f"it says: {words(show.last)}")


@line(r"  with buttons: (?P<wanted>.+)")
async def has_buttons(show: Show, wanted: str) -> None:
    """What was seen last has these buttons and no others."""
    there = labels(show.last) if show.last else []
    if there != [label.strip() for label in wanted.split("|")]:
        raise Missed(f"its buttons: {' | '.join(there)}")


@line(r"{WHO}'s chat shows only: (?P<text>.+)")
async def chat_shows_only(show: Show, who: str, text: str) -> None:
    """One message is left in her chat, of both sides."""
    chat = show.person(who)

    def alone() -> bool:
        seen = show.stage.world.chat_view(chat)
        return len(seen) == 1 and text in words(seen[0])

    await show.until(alone, lambda: f"it shows: {_all(show, chat)}")
    await show.settle()
    show.saw(chat, show.stage.world.chat_view(chat)[-1])


@line(r"{WHO}'s chat shows: (?P<text>.+)")
async def chat_shows(show: Show, who: str, text: str) -> None:
    """Somewhere in her chat this stands."""
    chat = show.person(who)
    await show.until(lambda: text in _all(show, chat), lambda: f"it shows: {_all(show, chat)}")


@line(r"{WHO}'s chat does not show: (?P<text>.+)")
async def chat_hides(show: Show, who: str, text: str) -> None:
    """Nowhere in her chat this stands."""
    await show.settle()
    chat = show.person(who)
    await show.until(lambda: text not in _all(show, chat), lambda: f"it shows: {_all(show, chat)}")


@line(r"{WHO}'s chat is empty")
async def chat_is_empty(show: Show, who: str) -> None:
    """Nothing is left in her chat."""
    chat = show.person(who)
    await show.until(lambda: not _all(show, chat), lambda: f"it shows: {_all(show, chat)}")


@line(r"{WHO}'s lock screen shows: (?P<text>.+)")
async def lock_shows(show: Show, who: str, text: str) -> None:
    """A preview on her locked phone says so."""
    await show.until(lambda: text in _lock(show, who), lambda: f"it shows: {_lock(show, who)}")


@line(r"{WHO}'s lock screen does not show: (?P<text>.+)")
async def lock_hides(show: Show, who: str, text: str) -> None:
    """No preview on her locked phone says so."""
    await show.settle()
    if text in _lock(show, who):
        raise Missed(f"it shows: {_lock(show, who)}")


@line(r"{WHO}'s lock screen is dark")
async def lock_is_dark(show: Show, who: str) -> None:
    """No preview at all."""
    await show.settle()
    if _lock(show, who):
        raise Missed(f"it shows: {_lock(show, who)}")


@line(r"{WHO}'s phone makes no sound")
async def makes_no_sound(show: Show, who: str) -> None:
    """Everything that waits on her lock screen came silently."""
    await show.settle()
    loud = [n["text"] for n in show.stage.world.notifications(show.person(who)) if not n["silent"]]
    if loud:
        raise Missed(f"it rang for: {loud}")


# What stands on a message, and in a pop-up -------------------------------------------------------


@line(r"{WHO}'s message has (?P<emoji>\S+)")
async def has_reaction(show: Show, who: str, emoji: str) -> None:
    """The bot's reaction on what was written last."""

    def there() -> list[str]:
        chat, number = show.wrote[who]
        seen = show.stage.world.chat_view(chat)
        return next((m["reactions"] for m in seen if m["id"] == number), [])

    await show.until(lambda: emoji in there(), lambda: f"it has: {there() or 'none'}")


@line(r"{WHO}'s message has no reaction")
async def has_no_reaction(show: Show, who: str) -> None:
    """No reaction on what was written last."""
    await show.settle()
    chat, number = show.wrote[who]
    there = show.stage.world.shown(show.stage.world.chat(chat).messages[number])["reactions"]
    if there:
        raise Missed(f"it has: {there}")


@line(r"{WHO}'s pop-up says: (?P<text>.+)")
async def popup_says(show: Show, who: str, text: str) -> None:
    """The answer to the last press, seen by nobody else."""
    seen = show.popups_read[who]

    def now() -> str:
        return " / ".join(_popups(show, who)[seen:])

    await show.until(lambda: text in now(), lambda: f"it says: {now() or 'nothing'}")
    show.last = {"text": now(), "caption": None, "keyboard": None}


def _popups(show: Show, who: str) -> list[str]:
    found: list[dict[str, Any]] = show.stage.world.popups(show.person(who))
    return [words({"text": p["text"], "caption": None}) for p in found if p["text"]]


def _buttons(show: Show, chat: int) -> str:
    return " | ".join(label for m in show.posts(chat) for label in labels(m)) or "none"


def _all(show: Show, chat: int) -> str:
    return " / ".join(words(m) or m["kind"] for m in show.stage.world.chat_view(chat))


def _lock(show: Show, who: str) -> str:
    found = show.stage.world.notifications(show.person(who))
    return " / ".join(words({"text": n["text"], "caption": None}) for n in found)
