"""From any state, with any input, state written out and read back between every two events."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from igor_bot.desk.deeds import CALL_RESULTS, DEEDS, HEARD, OUTCOMES, RIDE_STEPS
from igor_bot.flows import FLOWS
from igor_bot.person import Blocked, Corrected, Exited, Pressed, Said, Started
from tests.igor_bot.life import Life
from tests.igor_bot.moments import ELIN, JONAS, SARA

Move = Callable[[Life], object]

WORDS = [
    *[
        "yes",
        "no",
        "Ja",
        "English",
        "svenska",
        "send",
        "drop",
        "not_now",
        "now",
        "later",
        "stop",
        "change",
        "keep",
        "3",
        "12",
        "18:30",
        "x",
    ],
    "  X ",
    "/exit",
    "/exit@igor_bot",
    "/help",
    "0701740605",
    "ring mig på 070-174 06 05",
    "+1 212 555 2368",
    "he hits me",
    "{phone} {0} None",
    "😀" * 2048,
    "a" * 4096,
    " ",
    "مرحبا، أحتاج مساعدة",
    "Who can see what?",
    "I am under 18",
    "one\n\ntwo",
]
GARBAGE = ["", ":", "go:", "go:nowhere", "talk", "talk:words", "talk:gone:yes", "talk:danger:", "desk:claim:K-1", "open:1", "cover:today", "cover:x", "welcome:gate:yes", "welcome:menu:x", "back:back", "😀"]  # fmt: skip
KINDS = ["photo", "voice", "video", "document", "sticker", "location", "contact", "venue", "other"]
GUARDED = {"location": "59.31, 18.07", "contact": "46701740605", "venue": "Café (59.31, 18.07)"}
VALUES = ["", "back", "resume-1", "end-1", "end-2", "resume-x", "0", "9", "10", "number", "pickup", "danger", "more", *CALL_RESULTS, *RIDE_STEPS, *HEARD, *OUTCOMES]  # fmt: skip


def _forward(n: int) -> Move:
    """Press a button of the current question that leads on; where there is none, write."""

    def move(life: Life) -> None:
        here = [d for m, d in life.messages if m == life.current]
        onward = [d for d in here if d not in ("exit", "back", "cancel", "welcome:gate:not_now")]
        if onward and n % 5:
            life.press(life.current, onward[n % len(onward)])
        else:
            life.write(_text(["18:30", "0701740605", "3", "some words"][n % 4]))

    return move


def _press(n: int, pending: bool) -> Move:
    """Press any button that was ever shown."""

    def move(life: Life) -> None:
        if life.messages:
            message, data = life.messages[n % len(life.messages)]
            life.press(message, data, pending)

    return move


def _here(data: str) -> Move:
    return lambda life: life.press(life.current, data)


def _elsewhere(data: str) -> Move:
    return lambda life: life.attend(Pressed(data, False))


_numbers = iter(range(10, 10**9))


def _text(words: str, kind: str = "text") -> Said:
    return Said(kind, next(_numbers), words, GUARDED.get(kind, ""))


def _edit(words: str, n: int, relayed_to: str) -> Move:
    def move(life: Life) -> None:
        if life.sent:
            old = life.sent[n % len(life.sent)]
            life.attend(Corrected(Said(old.kind, old.message_id, words), relayed_to))

    return move


index = st.integers(0, 1000)
words = st.one_of(st.sampled_from(WORDS), st.text(max_size=40))
hers: st.SearchStrategy[Move] = st.one_of(
    st.builds(_forward, index),
    st.builds(_forward, index),
    st.builds(_forward, index),
    st.builds(_press, index, st.booleans()),
    st.builds(_here, st.sampled_from(["back", "skip", "cancel"])),
    st.builds(_here, st.sampled_from([f"go:{name}" for name in FLOWS] + GARBAGE)),
    st.builds(_elsewhere, st.sampled_from([f"go:{name}" for name in FLOWS] + GARBAGE)),
    words.map(lambda w: lambda life: life.write(_text(w))),
    st.sampled_from(KINDS).map(lambda k: lambda life: life.write(_text("", k))),
    st.builds(_edit, words, index, st.sampled_from(["", "social"])),
    st.sampled_from([Started(), Exited(), Blocked()]).map(lambda e: lambda life: life.attend(e)),
)
theirs: st.SearchStrategy[Move] = st.one_of(
    st.tuples(
        st.sampled_from([SARA, ELIN, JONAS]),
        st.sampled_from([*DEEDS, "claim", "wrote"]),
        st.sampled_from(VALUES),
    ).map(lambda d: lambda life: life.deed(*d)),
    st.sampled_from([1, 121, 301, 1000, 40_000]).map(lambda s: lambda life: life.wait(s)),
)
IN: list[Move] = [
    lambda life: life.attend(Started()),
    _here("welcome:language:en"),
    _here("welcome:gate:yes"),
]


@settings(max_examples=300)
@given(st.booleans(), st.lists(st.one_of(hers, hers, hers, theirs), max_size=40))
def test_whatever_happens(inside: bool, moves: list[Move]) -> None:
    life = Life()
    for move in [*(IN if inside else []), *moves]:
        move(life)
    life.attend(Exited())


@settings(max_examples=150)
@given(
    st.sampled_from(["talk", "callback", "transport", "support"]),
    st.lists(st.one_of(hers, theirs), min_size=5, max_size=40),
)
@example("talk", [])
def test_whatever_happens_once_something_was_asked_for(kind: str, moves: list[Move]) -> None:
    life = Life()
    for move in [*IN, _here(f"go:{kind}")]:
        move(life)
    n = 1
    while life.case is None:
        _forward(n)(life)
        n += 1
        assert n < 200, "the request never goes out"
    for move in moves:
        move(life)
    life.attend(Exited())


def test_long_walks_reach_every_step() -> None:
    """Long walks forward, with the desk at work, come through every question there is."""
    visited = set().union(*(_walk(random.Random(seed)).visited for seed in range(16)))
    everything = {(flow.name, step.key) for flow in FLOWS.values() for step in flow.steps}
    everything -= {(name, "area") for name in FLOWS}  # one area only: it is never asked
    assert everything - visited <= {("welcome", "kept")}


def _walk(chance: random.Random) -> Life:
    life = Life()
    names = [name for name in FLOWS if name != "welcome"]
    for turn in range(400):
        if life.person.stage != "open":
            for move in IN:
                move(life)
        match chance.randrange(24):
            case 0 | 1 | 2:
                _here(f"go:{names[turn % len(names)]}")(life)
            case 3:
                _here("back")(life)
            case 4:
                worker = chance.choice([SARA, ELIN, JONAS])
                life.deed(worker, chance.choice([*DEEDS, "wrote"]), chance.choice(VALUES))
            case 5:
                life.wait(chance.choice([1, 200, 2000]))
            case _:
                _forward(chance.randrange(1000))(life)
    return life
