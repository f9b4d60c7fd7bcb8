"""What only the owner sees, on demand: numbers, words for a call, meeting places."""

from __future__ import annotations

from igor_bot import texts
from igor_bot.desk import sharing
from igor_bot.desk.case import Case, Request, dated
from igor_bot.errors import Refused
from igor_bot.flows.answers import readable_number
from igor_bot.texts import N_, Text

OPENS_BEFORE_S = 900
"""Seconds before a chosen time at which a number is shown."""
CLOSES_AFTER_S = 7200
"""Seconds after a chosen time until which it is shown."""
FITS = 190
"""Characters of a pop-up, of Telegram's 200."""

LABELS: dict[str, str] = {
    "number": N_("Show number"),
    "pickup": N_("Show meeting place"),
    "danger": N_("Show for the police"),
    "more": N_("Show from her words"),
}


def pieces(case: Case, organisation: str) -> tuple[str, ...]:
    """Return which guarded pieces a desk may ask for, as values of the deed `show`."""
    there = []
    answers = [_seen(case, r, organisation) for r in case.requests if not r.over]
    if any(_number(a) for a in answers):
        there.append("number")
    if any(_pickup(a) for a in answers):
        there.append("pickup")
    if any(_for_the_police(a) for a in answers):
        there.append("danger")
    if _told(case, organisation):
        there.append("more")
    return tuple(there)


def reveal(case: Case, organisation: str, value: str, now: float) -> Text:
    """Return the pop-up for one piece. Raises Refused where it may not be shown now."""
    there = pieces(case, organisation)
    piece = value or (there[0] if there else "")
    if piece not in there:
        raise Refused(Text(N_("Nothing of that kind was given.")))
    if piece == "more":
        newest = map(readable_number, _told(case, organisation)[-6:])
        return texts.verbatim("\n".join(newest)[-FITS:])
    given = {"number": _number, "pickup": _pickup, "danger": _for_the_police}[piece]
    there_now = [r for r in reversed(case.requests) if not r.over]
    having = [r for r in there_now if given(_seen(case, r, organisation))]
    agreed = [r for r in having if case.left_at is None or _even_if_left(r)]
    request = (agreed or having)[0]
    answers = _seen(case, request, organisation)
    if piece == "number":
        return _call(case, request, str(_number(answers)), now)
    if piece == "pickup":
        return texts.verbatim(str(answers["pickup"])[:FITS])
    parts = (answers.get("danger_place"), readable_number(str(answers.get("danger_number") or "")))
    return texts.verbatim("\n".join(str(p) for p in parts if p)[:FITS])


def _call(case: Case, request: Request, number: str, now: float) -> Text:
    """Number and words, in the window she chose and only if she may be called at all."""
    if case.left_at is not None and not _even_if_left(request):
        raise Refused(Text(N_("She has left and did not ask to be called after that.")))
    if request.kind == "callback" and request.wanted_at is not None:
        opens, closes = request.wanted_at - OPENS_BEFORE_S, request.wanted_at + CLOSES_AFTER_S
        if now > closes:
            chosen = {"time": dated(request.wanted_at, now)}
            raise Refused(
                Text(N_("The time she chose, {time}, has passed. Ask her for another."), chosen)
            )
        if now < opens:
            raise Refused(Text(N_("She may be called from {time}."), {"time": dated(opens, now)}))
    shown = readable_number(number)
    if not request.call_words[0]:
        return texts.verbatim(shown)
    known = {"number": shown, "caller": request.call_words[0], "answer": request.call_words[1]}
    return Text(
        N_(
            "{number}\nYou say “{caller}”. If she can talk, she answers “{answer}”. Hidden number, "
            "no voicemail."
        ),
        known,
    )


def _even_if_left(request: Request) -> bool:
    return request.answers.get("even_if_left") == "yes"


def _told(case: Case, organisation: str) -> list[str]:
    return [piece for to, piece in case.guarded if to == organisation]


def _seen(case: Case, request: Request, organisation: str) -> dict[str, object]:
    return dict(sharing.visible(organisation, case.lead, request.kind, request.answers))


def _number(answers: dict[str, object]) -> object | None:
    number = answers.get("number")
    return answers.get("danger_number") if number in (None, "chat") else number


def _pickup(answers: dict[str, object]) -> object | None:
    place = answers.get("pickup")
    return None if place == "settle" else place


def _for_the_police(answers: dict[str, object]) -> object | None:
    return answers.get("danger_place") or answers.get("danger_number")
