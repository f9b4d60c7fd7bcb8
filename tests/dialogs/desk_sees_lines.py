"""What the desks see: posts, alerts, cards, topics."""

from __future__ import annotations

import json

from tests.dialogs.person_lines import MEDIA
from tests.dialogs.script import Missed, line
from tests.dialogs.show import Json, Show, labels, listed, plain, words


@line(r"{DESK} sees: (?P<text>.+)")
async def desk_sees(show: Show, desk: str, text: str) -> None:
    """A new post says so; others may have come before it."""
    await _seen(show, desk, text, lambda m: text in words(m))


@line(rf"{{DESK}} sees a {MEDIA}")
async def desk_sees_media(show: Show, desk: str, kind: str) -> None:
    """A new post is a photo or the like."""
    await _seen(show, desk, f"a {kind}", lambda m: m["kind"] == kind)


@line(r"{DESK} sees an alert to (?P<names>[\w ]+): (?P<text>.+)")
async def desk_alerted(show: Show, desk: str, names: str, text: str) -> None:
    """A new post with sound that mentions these workers, and no other."""
    wanted = {show.people[name] for name in names.split(" and ")}

    def alerts(message: Json) -> bool:
        return text in words(message) and _mentioned(message) == wanted and not message["silent"]

    await _seen(show, desk, text, alerts)


def _mentioned(message: Json) -> set[int]:
    return {e["user"]["id"] for e in message["entities"] if e["type"] == "text_mention"}


@line(r"{DESK} sees, in any order: (?P<texts>.+)")
async def desk_sees_all(show: Show, desk: str, texts: str) -> None:
    """New posts say all of these."""
    chat = show.groups[desk]
    wanted = [text.strip() for text in texts.split("|")]

    def all_there() -> bool:
        new = show.new(chat)
        return all(any(text in words(m) for m in new) for text in wanted)

    await show.until(all_there, lambda: f"new there: {listed(show.new(chat))}")
    show.caught_up(chat)


async def _seen(show: Show, desk: str, text: str, fits: object) -> None:
    chat = show.groups[desk]
    assert callable(fits)

    def found() -> Json | None:
        return next((m for m in show.new(chat) if fits(m)), None)

    show.saw(chat, await show.until(found, lambda: f"new there: {listed(show.new(chat))}"))


@line(r"{DESK} sees nothing more")
async def desk_sees_nothing_more(show: Show, desk: str) -> None:
    """No new post since the one named last."""
    await show.settle()
    if rest := show.new(show.groups[desk]):
        raise Missed(f"there came: {listed(rest)}")


@line(r"{DESK} has seen everything so far")
async def desk_catches_up(show: Show, desk: str) -> None:
    """What follows is about posts that come from now on."""
    await show.settle()
    show.caught_up(show.groups[desk])


@line(r"{DESK} never sees: (?P<text>.+)")
async def desk_never_sees(show: Show, desk: str, text: str) -> None:
    """Nothing that was ever sent to this desk holds these words, in posts, edits or names."""
    await show.settle()
    chat = str(show.groups[desk])
    calls = [c for c in show.stage.world.calls if str(c.values.get("chat_id")) == chat]
    said = [plain(json.dumps(c.params, ensure_ascii=False)) for c in calls]
    if holding := [one for one in said if text in one]:
        raise Missed(f"it was sent: {holding[0][:300]}")


@line(r"{DESK} has no topic")
async def desk_has_no_topic(show: Show, desk: str) -> None:
    """Nothing was opened there."""
    await show.settle()
    if there := show.stage.world.topics(show.groups[desk]):
        raise Missed(f"there are: {[t['name'] for t in there]}")


@line(r"{DESK} has (?P<number>\d+) topics?")
async def desk_has_topics(show: Show, desk: str, number: str) -> None:
    """So many topics, open or closed."""
    await show.settle()
    if len(there := show.stage.world.topics(show.groups[desk])) != int(number):
        raise Missed(f"there are: {[t['name'] for t in there]}")


@line(r"{DESK}'s topic is called: (?P<text>.+)")
async def topic_is_called(show: Show, desk: str, text: str) -> None:
    """A pseudonym and this."""
    await show.settle()
    name = _topic(show, desk)["name"]
    if name.partition(" ")[2] != text:
        raise Missed(f"it is called {name}")


@line(r"{DESK}'s topic is (?P<state>closed|open)")
async def topic_is(show: Show, desk: str, state: str) -> None:
    """Whether the topic is closed."""
    await show.settle()
    if _topic(show, desk)["closed"] != (state == "closed"):
        raise Missed("it is not")


def _topic(show: Show, desk: str) -> Json:
    chat = show.groups[desk]
    found = [t for t in show.stage.world.topics(chat) if t["thread"] == show.thread(chat)]
    if not found:
        raise Missed("there is no topic")
    return found[0]


@line(r"{DESK}'s card (?P<not_>does not say|says): (?P<text>.+)")
async def card_says(show: Show, desk: str, not_: str, text: str) -> None:
    """What the case's card says now."""
    chat = show.groups[desk]
    await show.settle()

    def holds() -> bool:
        card = show.card(chat)
        return card is not None and (text in words(card)) == (not_ == "says")

    def otherwise() -> str:
        card = show.card(chat)
        return f"it says: {card['text']}" if card else "there is no card"

    await show.until(holds, otherwise)
    show.last = show.card(chat)


@line(r"{DESK}'s card has the buttons: (?P<wanted>.+)")
async def card_has_buttons(show: Show, desk: str, wanted: str) -> None:
    """The card's buttons, in order."""
    await show.settle()
    card = show.card(show.groups[desk])
    if card is None or labels(card) != [label.strip() for label in wanted.split("|")]:
        raise Missed(f"its buttons: {' | '.join(labels(card)) if card else 'no card'}")


@line(r"{DESK}'s card has no buttons")
async def card_has_no_buttons(show: Show, desk: str) -> None:
    """Nothing can be done any more."""
    await show.settle()
    card = show.card(show.groups[desk])
    if card is None or labels(card):
        raise Missed(f"its buttons: {' | '.join(labels(card)) if card else 'no card'}")


# Particular things ------------------------------------------------------------------------------


@line(r"The desks know the case by different names")
async def different_names(show: Show) -> None:
    """Neither desk is told the other's pseudonym."""
    await show.settle()
    for one, other in (("Desk", "Police desk"), ("Police desk", "Desk")):
        name = _topic(show, one)["name"].split()[0]
        await desk_never_sees(show, other, name)


@line(r"The second topic has a new name")
async def new_name(show: Show) -> None:
    """A new case has a pseudonym of its own."""
    await show.settle()
    names = [t["name"].split()[0] for t in show.stage.world.topics(show.groups["Desk"])]
    if len(set(names)) != len(names):
        raise Missed(f"they are called {names}")


@line(r"One of Sara and Elin is told that the other already has it")
async def one_is_told(show: Show) -> None:
    """By a pop-up that only that one sees."""
    told = [
        p["text"] for who in ("Sara", "Elin") for p in show.stage.world.popups(show.people[who])
    ]
    if (
        sum("You have it." in t for t in told) != 1
        or sum("already has it." in t for t in told) != 1
    ):
        raise Missed(f"they were told: {told}")


@line(r"{DESK}'s photos are not forwarded")
async def not_forwarded(show: Show, desk: str) -> None:
    """Copied, so that no author shows, and protected."""
    await show.settle()
    seen = [m for m in show.posts(show.groups[desk]) if m["media"]]
    if not seen or any(m["forwarded"] or not m["protected"] for m in seen):
        raise Missed(f"{len(seen)} of them, forwarded or open")
