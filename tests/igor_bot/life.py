"""A person's chat and her case, played without a messenger: everything that is decided is carried
out on a `Case`, and both are written out and read back between any two events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from igor_bot import discretion, replies, texts, visit
from igor_bot import person as persons
from igor_bot.desk import card, cases, deeds, reminders
from igor_bot.desk import case as desk_case
from igor_bot.desk import effects as desk
from igor_bot.desk.case import Case, standing
from igor_bot.errors import Refused
from igor_bot.flows import FLOWS
from igor_bot.flows.welcome import GATE
from igor_bot.messages import Rows, Say
from igor_bot.person import (
    Add,
    AskChange,
    AskStop,
    Blocked,
    Corrected,
    Distress,
    Effect,
    Event,
    Exited,
    Left,
    Person,
    Pressed,
    Relay,
    Returned,
    Said,
    Speaks,
    Standing,
    Started,
    Submit,
    Vanish,
    Wrote,
)
from igor_bot.places import MOST_KEPT
from igor_bot.texts import Text
from tests.igor_bot.moments import BOOK, CHAT_ID, LANGUAGES, NOW, ZONE, house

LONGEST = 4096
ANSWER = re.compile(r"([a-z]+):([a-z_]+):[^:]+")
COVER = {discretion.COVER, *discretion.COVER_PAGES.values()}
LANGUAGE = FLOWS["welcome"].steps[0].prompt


class Life:
    """One chat, one case at a time, two desks."""

    def __init__(self) -> None:
        self.person_json = json.dumps(persons.to_json(Person(CHAT_ID, "en")))
        self.case_json: str | None = None
        self.now = NOW
        self.house = house()
        self.messages: list[tuple[int, str]] = []
        """(message, callback data) of every button ever shown."""
        self.current = 0
        self.newest = 0
        self.due: list[desk.Due] = []
        self.sent: list[Said] = []
        self.visited: set[tuple[str, str]] = set()

    @property
    def person(self) -> Person:
        """Read back from what was written out."""
        return persons.from_json(json.loads(self.person_json))

    @person.setter
    def person(self, person: Person) -> None:
        self.person_json = json.dumps(persons.to_json(person))
        assert self.person == person
        for place in (person.place, person.parked):
            if place is not None:
                self.visited.add((place.flow, place.step))

    @property
    def case(self) -> Case | None:
        """Read back from what was written out."""
        return desk_case.from_json(json.loads(self.case_json)) if self.case_json else None

    @case.setter
    def case(self, case: Case | None) -> None:
        self.case_json = json.dumps(desk_case.to_json(case)) if case else None
        assert self.case == case

    # What she does ---------------------------------------------------------------------------------

    def press(self, message: int, data: str, pending: bool = False) -> None:
        """Press a button of a message."""
        if data in discretion.EXIT_DATA:
            self.attend(Exited())
            return
        current = message == self.current and not pending
        self.attend(Pressed(data, current, pending))

    def write(self, said: Said) -> None:
        """Send words or an attachment."""
        if said.kind == "text" and discretion.is_quick_exit(said.words):
            self.attend(Exited())
            return
        self.sent.append(said)
        self.attend(Wrote(said))

    def attend(self, event: Event) -> tuple[Effect, ...]:
        """Let something happen, check what must hold, and carry out what follows."""
        before, case = self.person, self.case
        there = standing(case) if case else None
        context = self.house.context(before, self.now, case)
        after, effects = visit.attend(before, event, context, there)
        check(before, event, after, effects, there)
        self.person = after
        for effect in effects:
            self._carry_out(effect)
        return effects

    def _carry_out(self, effect: Effect) -> None:
        case, shift = self.case, self.house.shift(BOOK.area[0], self.now)
        match effect:
            case Say():
                self._say(effect)
            case Vanish():
                self.messages, self.current = [], 0
            case Submit():
                opened = cases.submit(case, effect, self.person, "her", shift, "case-1")
                self._desk(*opened)
            case _ if case is None:
                raise AssertionError(f"{effect} without a case")
            case Add(kind, key, value):
                self._desk(*cases.add(case, kind, key, value, shift))
            case Relay(said, corrected, acknowledge, to):
                self._desk(*cases.pass_on(case, said, shift, corrected, acknowledge, to))
            case Speaks(language):
                self._desk(*cases.speaks(case, language, shift))
            case Distress():
                self._desk(*cases.distress(case, shift))
            case AskStop(number):
                self._desk(*cases.ask_stop(case, number, shift))
            case AskChange(number, words):
                self._desk(*cases.ask_change(case, number, words, shift))
            case Left(blocked):
                self._desk(*cases.left(case, blocked, shift))
            case Returned():
                self._desk(*cases.returned(case, shift))

    def _say(self, message: Say) -> None:
        check_say(message)
        self.newest += 1
        if message.question:
            self.current = self.newest
        self.messages += [(self.newest, b.data) for row in message.rows for b in row if b.data]

    # What the desks do -------------------------------------------------------------------------------

    def deed(self, worker: desk.Worker, name: str, value: str) -> None:
        """Somebody at a desk presses a button, or (`wrote`) answers her."""
        case, shift = self.case, self.house.shift(BOOK.area[0], self.now)
        if case is None or worker.organisation not in case.names:
            return
        try:
            if name == "wrote":
                self._desk(*deeds.wrote(case, worker, shift))
                self._interrupt()
            else:
                self._desk(*deeds.DEEDS[name](case, worker, value, shift))
        except Refused as refusal:
            check_refusal(refusal)

    def wait(self, seconds: float) -> None:
        """Time passes; what is due is done."""
        self.now += seconds
        for _ in range(20):
            ready = [due for due in self.due if due.at <= self.now]
            case = self.case
            if not ready or case is None:
                return
            due = min(ready, key=lambda d: d.at)
            self.due.remove(due)
            self._done_when_due(case, due)

    def _done_when_due(self, case: Case, due: desk.Due) -> None:
        shift = self.house.shift(BOOK.area[0], self.now)
        match due.kind:
            case "ladder":
                outcome = cases.climb(case, due.organisation, due.step, "+46 8", "112", shift)
            case "first_words":
                outcome = reminders.owner_silent(case, due.organisation, shift)
            case _:
                outcome = reminders.agreed_time(case, due.organisation, due.step, shift)
        self._desk(*outcome)

    def _interrupt(self) -> None:
        before = self.person
        self.person = visit.interrupted(before)
        running = before.place
        if running and running.flow != "welcome" and not running.sent:
            assert self.person.parked == running, "a worker's words lose nothing of hers"

    def _desk(self, case: Case, effects: Iterable[desk.DeskEffect]) -> None:
        self.case = case
        for effect in effects:
            match effect:
                case desk.Card(organisation):
                    self._check_card(case, organisation)
                case desk.Post(_, paragraphs, rows):
                    check_desk_rows(rows)
                    for paragraph in paragraphs:
                        check_text(paragraph, LONGEST, hers=True)
                case desk.Write(message, worker):
                    if worker:
                        self._interrupt()
                    if self.person.reachable:
                        self._say(message)
                case desk.Popup(_, text):
                    check_text(text, 200, hers=True)
                case desk.Markup(_, rows):
                    check_desk_rows(rows)
                case desk.Due():
                    self.due.append(effect)
                case desk.Forget(kind, organisation):
                    self.due = [
                        d
                        for d in self.due
                        if (kind and d.kind != kind)
                        or (organisation and d.organisation != organisation)
                    ]
                case desk.CloseTopics():
                    self.case, self.due = None, []
        ladders = [d.organisation for d in self.due if d.kind == "ladder"]
        assert len(set(ladders)) == len(ladders), "one ladder a desk"

    def _check_card(self, case: Case, organisation: str) -> None:
        context = self.house.desk_context(BOOK.area[0], organisation, self.now)
        lines = card.card(case, organisation, context)
        for language in LANGUAGES:
            whole = "\n".join(texts.render(line, language, ZONE) for line in lines)
            assert units(whole) <= LONGEST
            assert str(CHAT_ID) not in whole
        check_desk_rows(card.buttons(case, organisation))
        for part in card.title(case, organisation):
            check_text(part, 128)


# What must hold ----------------------------------------------------------------------------------


def check(
    before: Person, event: Event, after: Person, effects: tuple[Effect, ...], case: Standing | None
) -> None:
    """What must hold whatever she does and wherever she is."""
    says = [e for e in effects if isinstance(e, Say)]
    if isinstance(event, Exited):
        check_exit(after, effects)
    elif isinstance(event, Blocked):
        assert not says
        assert after.stage == "blocked"
    elif isinstance(event, Corrected) and event.by_itself:
        assert not says, "a live location moves every few seconds"
        assert replace(after, kept=before.kept) == before
        assert len(after.kept) == len(before.kept)
    elif before.stage == "left" and not isinstance(event, Started):
        assert effects == tuple(says)
        assert len(says) == 1
        assert all(p.msgid in COVER for p in says[0].paragraphs)
        assert all(b.data.startswith("cover:") for row in says[0].rows for b in row)
        assert replace(after, seen_at=before.seen_at) == before
    else:
        check_answered(event, effects)
    if after.stage in ("new", "gate"):
        assert effects == tuple(says)
        assert all(p.msgid in (LANGUAGE, GATE) for s in says for p in s.paragraphs)
    if isinstance(event, Pressed) and not event.current and before.place is not None:
        kind, _, flow = event.data.partition(":")
        if before.stage != "open" or kind != "go" or flow not in FLOWS:
            assert replace(after, seen_at=before.seen_at) == before
            assert effects == tuple(says)
    if isinstance(event, Pressed) and event.data == "back" and before.stage == "open":
        assert after.place is not None
        assert before.place is not None
        if after.place.flow == before.place.flow:
            assert before.place.answers.items() <= after.place.answers.items()
            assert after.place.sent == before.place.sent
    if isinstance(event, Wrote) and before.stage != "left" and event.said.kind != "other":
        check_kept(before, event.said, after, effects)


def check_exit(after: Person, effects: tuple[Effect, ...]) -> None:
    assert effects[0] == Vanish()
    assert all(isinstance(e, Left) for e in effects[1:])
    assert after.stage == "left"
    assert (after.place, after.parked, after.kept, after.told) == (None, None, (), ())


def check_answered(event: Event, effects: tuple[Effect, ...]) -> None:
    """She is never met by silence: a message, a reaction, or a question that is on its way."""
    waits = isinstance(event, Pressed) and event.pending and not event.current
    reacted = any(isinstance(e, Relay) and e.acknowledge for e in effects)
    says = sum(isinstance(e, Say) for e in effects)
    left = any(isinstance(e, Vanish) and e.cover for e in effects)
    assert waits or reacted or says or left
    assert says <= 1, "one message at a time"


def check_kept(before: Person, said: Said, after: Person, effects: tuple[Effect, ...]) -> None:
    """What she sent is passed on, kept, taken as an answer, or kindly refused."""
    passed_on = any(isinstance(e, Relay) and e.said == said for e in effects)
    answered = any(isinstance(e, Submit | Add | AskChange | AskStop) for e in effects)
    moved = (after.place, after.stage, after.language) != (
        before.place,
        before.stage,
        before.language,
    )
    paragraphs = [p.msgid for e in effects if isinstance(e, Say) for p in e.paragraphs]
    refused = any(p in REFUSALS for p in paragraphs)
    left = any(isinstance(e, Vanish) for e in effects)
    page = before.place is not None and before.place.flow in ("information", "others", "requests")
    full = len(after.kept) == MOST_KEPT
    kept = said in after.kept or full
    assert passed_on or kept or answered or moved or refused or left or page


REFUSALS = {
    "Please press one of the buttons below.",
    "Please write a few words.",
    "Please write a time, for example 18:30.",
    "I can't read that number. Please write it like {example}.",
    "Please write how many with a number, from 1 to 12.",
    "That is too long for one message. Please keep it under {n} characters.",
    replies.UNSENDABLE,
    LANGUAGE,
}


def check_say(message: Say) -> None:
    """It can be read in every language, and she can leave from it."""
    buttons = [button for row in message.rows for button in row]
    cover = bool(message.paragraphs) and all(p.msgid in COVER for p in message.paragraphs)
    if message.question:
        assert any(b.data == "exit" for b in buttons)
        assert not cover
    for language in LANGUAGES:
        shown = "\n\n".join(texts.render(p, language, ZONE) for p in message.paragraphs)
        assert shown.strip()
        assert units(shown) <= LONGEST
    for paragraph in message.paragraphs:
        check_text(paragraph, LONGEST)
    for button in buttons:
        check_text(button.label, 64)
        assert bool(button.data) != bool(button.copy)
        if button.data:
            check_data(button.data)
    check_rows_differ(message.rows)


def check_rows_differ(rows: Rows) -> None:
    data = [b.data or b.copy for row in rows for b in row if not b.data.startswith("go:")]
    assert len(set(data)) == len(data), "the same button twice"
    assert all(rows), "an empty row"


def check_data(data: str) -> None:
    """One of the contract's forms, and short enough for Telegram."""
    assert len(data.encode()) <= 64
    kind, _, rest = data.partition(":")
    if data in ("exit", "back", "skip", "cancel"):
        return
    if kind == "go":
        assert rest in FLOWS
    elif kind == "cover":
        assert rest in discretion.COVER_PAGES
    else:
        match = ANSWER.fullmatch(data)
        assert match
        assert FLOWS[match[1]].step(match[2])


def check_desk_rows(rows: Rows) -> None:
    """A deed of the contract, no identity of hers, short enough."""
    for button in (b for row in rows for b in row):
        _, deed, name, *value = button.data.split(":")
        assert button.data.startswith("desk:")
        assert deed in deeds.DEEDS
        assert re.fullmatch(r"K-\w{4}", name)
        assert len(value) <= 1
        assert len(button.data.encode()) <= 64
        assert str(CHAT_ID) not in button.data
        check_text(button.label, 64)


def check_refusal(refusal: Refused) -> None:
    """A sentence for a pop-up."""
    assert isinstance(refusal.reason, Text)
    check_text(refusal.reason, 200)


def check_text(text: Text, longest: int, hers: bool = False) -> None:
    """It renders everywhere; no placeholder and no None is left in what is ours."""
    for language in LANGUAGES:
        shown = texts.render(text, language, ZONE)
        assert units(shown) <= longest, shown
        assert str(CHAT_ID) not in shown
        if not hers:
            assert not re.search(r"[{}]|\bNone\b", shown), shown


def units(shown: str) -> int:
    """Length as Telegram counts it."""
    return len(shown.encode("utf-16-le", "surrogatepass")) // 2
