"""What was decided -> rows of one unit of work: messages, cases, due rows. One home for both
sides: a person's turn and a deed at the desk end here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from bot import render
from bot.house import House
from igor_bot import texts, visit
from igor_bot.desk import cases
from igor_bot.desk import effects as desk
from igor_bot.desk.case import Case
from igor_bot.discretion import PRESENT
from igor_bot.messages import EXIT, Button, Say
from igor_bot.person import (
    Add,
    AskChange,
    AskStop,
    Distress,
    Effect,
    Left,
    Relay,
    Returned,
    Submit,
    Vanish,
)
from igor_bot.settings import Area
from igor_bot.store.store import SERVICE_KEY, new_id
from igor_bot.store.work import Item, Known, Topic, Work, case_key
from igor_bot.texts import N_, Text

DESK_DOWN = N_(
    "The duty desk can't be reached right now. Your request is kept and goes there as soon as it "
    "can. Call {phone}, in danger {emergency}."
)
DELIVERED, HELD = "👌", "✍"
"""Delivery by reaction: from Telegram's fixed set."""


@dataclass
class After:
    """What is done once the unit of work is committed."""

    answers: list[tuple[str, str, bool]] = field(default_factory=list)
    """(callback id, text, whether as an alert) to answer presses with."""
    vanish: list[tuple[int, str, bool]] = field(default_factory=list)
    """(chat id, person, whether to leave the cover)."""
    left: list[str] = field(default_factory=list)
    """Persons whose exit is written down."""
    released: list[Item] = field(default_factory=list)
    """Held messages that may be sent now."""
    dues: bool = False
    """Whether something new is due."""
    messages: list[tuple[str, int]] = field(default_factory=list)
    """(person, message id) of messages that are in her chat now."""
    languages: list[tuple[str, str]] = field(default_factory=list)
    """(person, language) for the cover."""
    replaced: list[Item] = field(default_factory=list)
    """Unsent items whose text was edited."""
    leave: list[int] = field(default_factory=list)
    """Unknown groups to leave."""


@dataclass
class Hand:
    """One unit of work in the making, with all it needs."""

    work: Work
    house: House
    after: After
    now: float

    # To the person -------------------------------------------------------------------------------

    def say(self, known: Known, message: Say) -> None:
        """Send what a conversation says; it is dropped if she leaves first."""
        self._private(known, "prompt", message)

    def _private(self, known: Known, kind: str, message: Say, held: bool = False) -> None:
        person = known.person
        params = render.private(message, person.language, self.house.zone_of(person))
        body = {
            "method": "sendMessage",
            "params": {"chat_id": person.chat_id, **params},
            "question": message.question,
        }
        item = self.work.put(f"p/{known.id}", kind, body, known.key_id, held=held)
        if message.question and not held:
            known.question.asked(item.id)

    def interrupt(self, known: Known) -> None:
        """A worker writes: a running conversation is parked."""
        person = visit.interrupted(known.person)
        if person is not known.person:
            known.person, known.changed = person, True

    def buttons(self, known: Known) -> tuple[tuple[Button, ...], ...]:
        """The buttons under a worker's words."""
        parked = known.person.parked
        resume = Button(Text(N_("Continue where I was")), f"go:{parked.flow}") if parked else None
        return ((resume,), (EXIT,)) if resume else ((EXIT,),)

    def keyboard(self, known: Known, zone: ZoneInfo) -> dict[str, Any]:
        """The same, as Telegram wants them."""
        return render.keyboard(self.buttons(known), known.person.language, zone)

    def copy_to_person(
        self, known: Known, case: Case, method: str, params: dict[str, Any], source: tuple[int, int]
    ) -> bool:
        """Send an owner's reply, from message (chat id, id) `source`; returns whether it waits."""
        self.interrupt(known)
        held = not known.person.reachable
        markup = self.keyboard(known, self.house.zone_of(known.person))
        body = {
            "method": method,
            "params": {
                "chat_id": known.person.chat_id,
                **params,
                "reply_markup": markup,
                "protect_content": True,
                "disable_notification": True,
            },
            "question": True,
            "case": case.id,
            "source": source,
        }
        lane = f"d/{source[0]}"
        item = self.work.put(
            f"p/{known.id}", "words", body, known.key_id, held=held, source=f"{lane}/{source[1]}"
        )
        if held:
            self.react(lane, case.id, source, HELD)
        else:
            known.question.asked(item.id)
        return held

    def react(self, lane: str, case_id: str, message: tuple[int, int], emoji: str) -> None:
        """Put the bot's reaction on a message (chat id, id)."""
        params = {
            "chat_id": message[0],
            "message_id": message[1],
            "reaction": [{"type": "emoji", "emoji": emoji}],
        }
        body = {"method": "setMessageReaction", "params": params, "about": case_id}
        self.work.put(lane, "react", body, SERVICE_KEY)

    # A person's doings -----------------------------------------------------------------------------

    async def person_effects(self, known: Known, effects: tuple[Effect, ...]) -> None:
        """Carry out what follows from a person's event."""
        for effect in effects:
            case = await self.work.case(known.case_id) if known.case_id else None
            match effect:
                case Say():
                    self.say(known, effect)
                case Vanish(cover):
                    self.after.vanish.append((known.person.chat_id, known.id, cover))
                case Submit():
                    await self._submit(known, case, effect)
                case _ if case is not None:
                    await self._about_case(known, case, effect)

    async def _submit(self, known: Known, case: Case | None, submit: Submit) -> None:
        area = self.house.area_of(case.area if case else known.person.area or "")
        shift = self.house.shift(area, self.now)
        opened, effects = cases.submit(case, submit, known.person, known.id, shift, new_id())
        if case is None:
            known.case_id = opened.id
            self.work.rekey(known, case_key(opened.id), new=False)
        await self.desk_effects(opened, effects, known, new=case is None)
        if area.first_desk.chat_id in self.house.down:
            self.desk_down(known, area)

    async def _about_case(self, known: Known, case: Case, effect: Effect) -> None:
        shift = self.house.shift(self.house.area_of(case.area), self.now)
        match effect:
            case Add(kind, key, value):
                outcome = cases.add(case, kind, key, value, shift)
            case Relay(said, corrected, acknowledge):
                outcome = cases.pass_on(case, said, shift, corrected, acknowledge)
            case Distress():
                outcome = cases.distress(case, shift)
            case AskStop(number):
                outcome = cases.ask_stop(case, number, shift)
            case AskChange(number, words):
                outcome = cases.ask_change(case, number, words, shift)
            case Left(blocked):
                outcome = cases.left(case, blocked, shift)
            case Returned():
                outcome = cases.returned(case, shift)
            case _:
                return
        await self.desk_effects(*outcome, known)

    def desk_down(self, known: Known, area: Area) -> None:
        """Tell her honestly that the desk cannot be reached."""
        numbers = self.house.book.numbers
        values = {
            "phone": texts.phone(area.out_of_hours_phone),
            "emergency": texts.phone(numbers["emergency"].number),
        }
        message = Say((Text(DESK_DOWN, values),), ((EXIT,),))
        self._private(known, "news", message, held=not known.person.reachable)

    async def release_held(self, known: Known) -> None:
        """What waited for her may come now."""
        items = await self.work.release_held(known.id)
        self.after.released += items
        for item in items:
            if item.body.get("question"):
                known.question.asked(item.id)

    # A desk's doings -------------------------------------------------------------------------------

    async def desk_effects(
        self,
        case: Case,
        effects: tuple[desk.DeskEffect, ...],
        known: Known | None = None,
        callback: str = "",
        pressed: int = 0,
        new: bool = False,
    ) -> None:
        """Carry out what follows from a deed; `callback` and `pressed` are the press's id and
        the post that it stood on, `known` the person if she was read already."""
        self.work.put_case(case, new)
        self._ensure_topics(case)
        for effect in effects:
            match effect:
                case desk.Card(organisation, mention):
                    body: dict[str, Any] = {"mention": mention, "alert": bool(mention)}
                    self._to_desk(case, organisation, "card", body)
                case desk.Post():
                    self._post(case, effect)
                case desk.PassOn():
                    self._pass_on(case, effect, known)
                case desk.Write():
                    await self._write(case, effect, known)
                case desk.Popup(text):
                    self.after.answers.append((callback, self._for_desk(case, text), True))
                case desk.Markup(rows):
                    self._markup(case, rows, pressed)
                case desk.Due(kind, at, organisation, step):
                    self.work.due(at, kind, case.id, organisation, step)
                    self.after.dues = True
                case desk.Forget(kind, organisation):
                    await self.work.forget_due(case.id, kind, organisation)
                case desk.CloseTopics():
                    await self._close(case, known)

    def _ensure_topics(self, case: Case) -> None:
        area = self.house.area_of(case.area)
        for organisation, pseudonym in case.names.items():
            chat = area.desk_of(organisation)
            if chat is not None and self.work.topic(case.id, organisation) is None:
                topic = Topic(case.id, organisation, chat.chat_id, pseudonym)
                self.work.put_topic(topic)

    def _to_desk(
        self,
        case: Case,
        organisation: str,
        kind: str,
        body: dict[str, Any],
        source: str | None = None,
    ) -> None:
        topic = self.work.topic(case.id, organisation)
        if topic is not None:
            body = {"case": case.id, "org": organisation, "method": "", "params": {}, **body}
            self.work.put(f"d/{topic.chat_id}", kind, body, case_key(case.id), source=source)

    def _post(self, case: Case, post: desk.Post) -> None:
        context = self.house.desk_context(
            self.house.area_of(case.area), post.organisation, self.now
        )
        params = render.post(
            post.paragraphs,
            context.language,
            context.zone,
            mention=[(w, self.house.name_of(w)) for w in post.mention],
            rows=post.rows,
            silent=post.silent,
        )
        body = {"method": "sendMessage", "params": params, "alert": bool(post.mention)}
        self._to_desk(case, post.organisation, "post", body)

    def _for_desk(self, case: Case, text: Text) -> str:
        """A pop-up in the desk's language: 200 characters at most (Bot API)."""
        context = self.house.desk_context(self.house.area_of(case.area), case.lead, self.now)
        return texts.render(text, context.language, context.zone)[:200]

    def _markup(self, case: Case, rows: Any, pressed: int) -> None:
        organisation = case.lead
        area = self.house.area_of(case.area)
        for name in case.names:
            topic = self.work.topic(case.id, name)
            if topic is not None and topic.card_id == pressed:
                organisation = name
        context = self.house.desk_context(area, organisation, self.now)
        markup = render.keyboard(rows, context.language, context.zone)
        params = {"message_id": pressed, "reply_markup": markup}
        body = {"method": "editMessageReplyMarkup", "params": params}
        self._to_desk(case, organisation, "markup", body)

    def _pass_on(self, case: Case, passed: desk.PassOn, known: Known | None) -> None:
        if known is None:
            return
        said = passed.said
        source = f"p/{known.id}/{said.message_id}"
        ack = [known.person.chat_id, said.message_id] if passed.acknowledge else None
        for number, (method, params) in enumerate(self._passed(case, passed, known)):
            body = {"method": method, "params": params, "ack": ack if number == 0 else None}
            self._to_desk(case, passed.organisation, "pass", body, source if number == 0 else None)

    def _passed(
        self, case: Case, passed: desk.PassOn, known: Known
    ) -> list[tuple[str, dict[str, Any]]]:
        """Her words sent anew, her media copied: neither shows who she is."""
        said = passed.said
        area = self.house.area_of(case.area)
        context = self.house.desk_context(area, passed.organisation, self.now)

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

    async def _write(self, case: Case, write: desk.Write, known: Known | None) -> None:
        known = known or await self.work.person(case.person)
        if known is None:
            return
        person = known.person
        message = write.message
        if write.worker:
            self.interrupt(known)
            if not message.rows:
                message = replace(message, rows=self.buttons(known), question=True)
        away = not person.reachable
        if write.quiet:
            away = away or self.now - person.seen_at > PRESENT.total_seconds()
        kind = "words" if write.worker else "news" if write.keep or write.quiet else "prompt"
        if away and kind == "prompt":
            return
        self._private(known, kind, message, held=away)

    async def _close(self, case: Case, known: Known | None) -> None:
        for organisation in case.names:
            self._to_desk(case, organisation, "close", {"method": "closeForumTopic"})
        known = known or await self.work.person(case.person)
        if known is not None and known.case_id == case.id:
            known.case_id = None
            self.work.rekey(known, f"person-{new_id()}", new=True)

    def plain(
        self,
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
        self.work.put(f"d/{chat_id}", "post", body, SERVICE_KEY)


GUARDED: dict[str, str] = {
    "location": N_("She has sent a location. The owner can see it with the button."),
    "venue": N_("She has sent a location. The owner can see it with the button."),
    "contact": N_("She has sent a number. The owner can see it with the button."),
}
"""What is never copied where the whole desk reads it."""
