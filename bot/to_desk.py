"""What goes to a desk: each function puts posts into the outbox of a unit of work."""

from __future__ import annotations

from typing import Any

from bot import render
from bot.hand import Hand
from igor_bot import texts
from igor_bot.desk import effects as desk
from igor_bot.desk.case import Case
from igor_bot.store.store import SERVICE_KEY
from igor_bot.store.work import Known, Topic, case_key
from igor_bot.texts import N_, Text


def ensure_topics(hand: Hand, case: Case) -> None:
    """Give every desk that may see the case a topic to come."""
    area = hand.house.area_of(case.area)
    for organisation, pseudonym in case.names.items():
        chat = area.desk_of(organisation)
        if chat is not None and hand.work.topic(case.id, organisation) is None:
            topic = Topic(case.id, organisation, chat.chat_id, pseudonym)
            hand.work.put_topic(topic)


def queue(
    hand: Hand,
    case: Case,
    organisation: str,
    kind: str,
    body: dict[str, Any],
    source: str | None = None,
) -> None:
    """Put an item for a case's topic into the outbox."""
    topic = hand.work.topic(case.id, organisation)
    if topic is not None:
        body = {"case": case.id, "org": organisation, "method": "", "params": {}, **body}
        hand.work.put(f"d/{topic.chat_id}", kind, body, case_key(case.id), source=source)


def post(hand: Hand, case: Case, post: desk.Post) -> None:
    """Post in the topic; with mentions it is an alert."""
    context = hand.house.desk_context(hand.house.area_of(case.area), post.organisation, hand.now)
    params = render.post(
        post.paragraphs,
        context.language,
        context.zone,
        mention=[(w, hand.house.name_of(w)) for w in post.mention],
        rows=post.rows,
        silent=post.silent,
    )
    body = {"method": "sendMessage", "params": params, "alert": bool(post.mention)}
    queue(hand, case, post.organisation, "post", body)


def popup(hand: Hand, case: Case, popup: desk.Popup) -> str:
    """A pop-up in the desk's language: 200 characters at most (Bot API)."""
    area = hand.house.area_of(case.area)
    context = hand.house.desk_context(area, popup.organisation, hand.now)
    return texts.render(popup.text, context.language, context.zone)[:200]


def markup(hand: Hand, case: Case, markup: desk.Markup, pressed: int) -> None:
    """Show other buttons on the post `pressed`."""
    area = hand.house.area_of(case.area)
    context = hand.house.desk_context(area, markup.organisation, hand.now)
    keyboard = render.keyboard(markup.rows, context.language, context.zone)
    params = {"message_id": pressed, "reply_markup": keyboard}
    body = {"method": "editMessageReplyMarkup", "params": params}
    queue(hand, case, markup.organisation, "markup", body)


def pass_on(hand: Hand, case: Case, passed: desk.PassOn, known: Known | None) -> None:
    """Pass on what she sent."""
    if known is None:
        return
    said = passed.said
    source = f"p/{known.id}/{said.message_id}"
    ack = [known.person.chat_id, said.message_id] if passed.acknowledge else None
    for number, (method, params) in enumerate(_passed(hand, case, passed, known)):
        body = {"method": method, "params": params, "ack": ack if number == 0 else None}
        queue(hand, case, passed.organisation, "pass", body, source if number == 0 else None)


def _passed(
    hand: Hand, case: Case, passed: desk.PassOn, known: Known
) -> list[tuple[str, dict[str, Any]]]:
    """Her words sent anew, her media copied: neither shows who she is."""
    said = passed.said
    area = hand.house.area_of(case.area)
    context = hand.house.desk_context(area, passed.organisation, hand.now)

    def post(text: Text) -> tuple[str, dict[str, Any]]:
        return "sendMessage", render.post((text,), context.language, context.zone)

    if said.kind == "text":
        pattern = N_("She has corrected: {words}") if passed.corrected else N_("She: {words}")
        return [post(Text(pattern, {"words": part})) for part in render.chunks(passed.words)]
    if said.kind in GUARDED:
        return [post(Text(GUARDED[said.kind]))]
    params: dict[str, Any] = {
        "from_chat_id": known.person.chat_id,
        "message_id": said.message_id,
        "protect_content": True,
    }
    if said.words != passed.words or passed.corrected:
        params["caption"] = passed.words[:1024]
    return [("copyMessage", params)]


def plain(
    hand: Hand,
    chat_id: int,
    lines: tuple[Text, ...],
    language: str,
    zone: Any,
    thread: int | None = None,
    reply_to: int | None = None,
) -> None:
    """Say something in a desk's chat that belongs to no case."""
    params = {"chat_id": chat_id, **render.post(lines, language, zone, silent=True)}
    if thread is not None:
        params["message_thread_id"] = thread
    if reply_to is not None:
        params["reply_parameters"] = {"message_id": reply_to}
    body = {"method": "sendMessage", "params": params}
    hand.work.put(f"d/{chat_id}", "post", body, SERVICE_KEY)


GUARDED: dict[str, str] = {
    "location": N_("She has sent a location. The owner can see it with the button."),
    "venue": N_("She has sent a location. The owner can see it with the button."),
    "contact": N_("She has sent a number. The owner can see it with the button."),
}
"""What is never copied where the whole desk reads it."""
