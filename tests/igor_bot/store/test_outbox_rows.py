"""What is to be sent: in order, held and released, edited, and gone once it has arrived."""

from __future__ import annotations

from sqlalchemy import select

from igor_bot.store import tables as t
from igor_bot.store.work import Item, Work
from tests.igor_bot.store.conftest import HER, NOW, Home, a_case, open_case, somebody

MINE, OTHER, DESK = f"p/{HER}", "p/another", "d/-100"


def put(work: Work, lane: str, kind: str, words: str, **more: object) -> Item:
    """Put words into a lane."""
    body = {"method": "sendMessage", "params": {"text": words}}
    return work.put(lane, kind, body, "service", **more)  # type: ignore[arg-type]


def words(items: list[Item]) -> list[str]:
    """What they say."""
    return [item.body["params"]["text"] for item in items]


async def test_what_waits_comes_back_in_order_and_as_it_was(home: Home) -> None:
    async with home.store.work(NOW) as work:
        first = put(work, MINE, "words", "åäö 🕊", source="d/-100/5")
        put(work, DESK, "post", "two")
    async with home.store.work(NOW) as work:
        put(work, MINE, "prompt", "three")
        put(work, MINE, "words", "later", held=True)
    async with (await home.again()).work(NOW) as work:
        found = await work.waiting()
        assert words(found) == ["åäö 🕊", "two", "three"]
        assert found[0] == first
        put(work, MINE, "words", "four")
    async with home.store.work(NOW) as work:
        assert words(await work.waiting()) == ["åäö 🕊", "two", "three", "four"]


async def test_ids_go_on_after_a_restart_also_beyond_what_was_sent(home: Home) -> None:
    async with home.store.work(NOW) as work:
        known = somebody(work)
        for number in range(5):
            item = put(work, MINE, "prompt", str(number))
        known.question.asked(item.id)
    async with home.store.work(NOW) as work:
        for found in await work.waiting():
            await work.sent(found, 100)
    async with (await home.again()).work(NOW) as work:
        assert put(work, MINE, "prompt", "next").id > item.id


async def test_what_has_arrived_goes_and_a_question_has_its_message(home: Home) -> None:
    async with home.store.work(NOW) as work:
        known = somebody(work)
        body = {"params": {"text": "?"}, "question": True}
        old, new = (work.put(MINE, "prompt", body, "service") for _ in range(2))
        known.question.asked(new.id)
    async with home.store.work(NOW) as work:  # the person is not read in this work
        await work.sent(new, 501)
        await work.sent(old, 500)
    async with home.store.work(NOW) as work:
        assert await work.waiting() == []
        found = await work.person(HER)
        assert found is not None
        assert found.question.message_id == 501, "an older question never takes its place"
        assert found.question.holds(501)
        assert not found.question.holds(500)


async def test_a_question_that_arrives_in_the_same_work(home: Home) -> None:
    async with home.store.work(NOW) as work:
        known = somebody(work)
        item = work.put(MINE, "prompt", {"params": {}, "question": True}, "service")
        known.question.asked(item.id)
        await work.sent(item, 501)
        assert not known.question.pending
    async with (await home.again()).work(NOW) as work:
        found = await work.person(HER)
        assert found is not None
        assert found.question.message_id == 501


async def test_leaving_drops_what_she_was_asked_and_holds_what_a_worker_wrote(home: Home) -> None:
    async with home.store.work(NOW) as work:
        put(work, MINE, "prompt", "a question")
        put(work, MINE, "words", "from Sara")
        put(work, MINE, "news", "it is taken")
        put(work, OTHER, "prompt", "another's")
        put(work, DESK, "post", "a post")
    async with home.store.work(NOW) as work:
        put(work, MINE, "prompt", "of the same turn")
        put(work, MINE, "words", "also of it")
        await work.drop_prompts(HER)
    async with (await home.again()).work(NOW) as work:
        assert words(await work.waiting()) == ["another's", "a post"]
        released = await work.release_held(HER)
        assert words(released) == ["from Sara", "it is taken", "also of it"]
        assert not any(item.held for item in released)
        assert await work.release_held(HER) == [], "once"
    async with home.store.work(NOW) as work:
        waiting = words(await work.waiting())
    assert waiting == ["from Sara", "it is taken", "another's", "a post", "also of it"]


async def test_leaving_and_back_in_one_work(home: Home) -> None:
    async with home.store.work(NOW) as work:
        put(work, MINE, "words", "written before")
    async with home.store.work(NOW) as work:
        assert await work.release_held(HER) == [], "nothing is held yet"
        put(work, MINE, "words", "written now")
        await work.drop_prompts(HER)
        assert [item.held for item in work.items] == [True]
        assert words(await work.release_held(HER)) == ["written before"]
        assert [item.held for item in work.items] == [False]
    async with home.store.work(NOW) as work:
        assert words(await work.waiting()) == ["written before", "written now"]


async def test_one_who_is_back_takes_nothing_of_another(home: Home) -> None:
    async with home.store.work(NOW) as work:
        put(work, MINE, "words", "hers", held=True)
        put(work, OTHER, "words", "another's", held=True)
    async with home.store.work(NOW) as work:
        assert words(await work.release_held(HER)) == ["hers"]
        assert words(await work.release_held("another")) == ["another's"]


async def test_what_could_not_be_sent_is_held(home: Home) -> None:
    async with home.store.work(NOW) as work:
        put(work, MINE, "words", "one")
        put(work, MINE, "words", "two")
    async with home.store.work(NOW) as work:
        first = (await work.waiting())[0]
        assert await work.release_held(HER) == []
        await work.hold(first)
    async with home.store.work(NOW) as work:
        assert words(await work.waiting()) == ["two"]
        assert words(await work.release_held(HER)) == ["one"]


async def test_an_edit_changes_what_is_unsent(home: Home) -> None:
    async with home.store.work(NOW) as work:
        put(work, MINE, "words", "mistake", source="d/-100/5", held=True)
        put(work, MINE, "words", "other", source="d/-100/6")
    async with home.store.work(NOW) as work:
        assert words(await work.replace_unsent("d/-100/5", "mended")) == ["mended"]
        assert await work.replace_unsent("d/-100/7", "nothing") == []
    async with (await home.again()).work(NOW) as work:
        assert words(await work.waiting()) == ["other"]
        assert words(await work.release_held(HER)) == ["mended"]


async def test_rows_are_bound_to_their_number(home: Home) -> None:
    """The body of one item put into another's row does not open."""
    async with home.store.work(NOW) as work:
        open_case(work, somebody(work), a_case())
        put(work, MINE, "words", "one")
        put(work, MINE, "words", "two")
    async with home.store.work(NOW) as work:
        rows = (await work.execute(select(t.outbox.c.id, t.outbox.c.body))).all()
        one, two = rows
        swap = t.outbox.update().where(t.outbox.c.id == one.id).values(body=two.body)
        await work.execute(swap)
    async with home.store.work(NOW) as work:
        assert [item.id for item in await work.waiting()] == [two.id]
