"""The demo in a real browser: asking, answering, a kill in between, and quick exit.

IGOR_PICTURES=1 also makes the README's pictures, into bot/sandbox/page/pictures.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "bot" / "sandbox" / "page" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WORDS = "Han läser min telefon. Jag vill prata om hur jag kan komma härifrån."
ANSWER = "Hej, jag heter Sara. Skriv i din egen takt, jag är kvar."
NOTE = "Elin, har vi plats i natt?"
MORE = "Jag har en timme på mig."
SECOND = "Finns det en tid i morgon då du kan tala ostört?"
GATE_SV = "Kan du läsa i lugn och ro just nu?"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        BROWSER is None, reason=f"no browser on PATH (looked for {', '.join(BROWSERS)})"
    ),
]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a demo of its own runs; ended as Ctrl-C does, and checked to end well."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--no-browser"]
    process = subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")], cwd=ROOT, text=True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://\S+", said)
    try:
        assert found, f"the demo said {said!r} instead of an address"
        yield found[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.stdout.close()


@pytest.fixture
def page(address: str) -> Iterator[sync_api.Page]:
    """The demo's page; nothing may be asked for elsewhere, and no script may fail."""
    sync_api.expect.set_options(timeout=20_000)
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=ARGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(20_000)
        asked: set[str] = set()
        failed: list[str] = []
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(address)
        yield page
        assert asked == {urlsplit(address).netloc}
        assert failed == []
        browser.close()


def press(page: sync_api.Page, where: str, data: str) -> None:
    """Press the newest button whose callback data begin with `data`."""
    page.get_by_test_id(where).locator(f'[data-callback^="{data}"]').last.click()


def write(page: sync_api.Page, where: str, words: str) -> None:
    page.get_by_test_id(f"{where}-input").fill(words)
    page.get_by_test_id(f"{where}-input").press("Enter")


def sees(page: sync_api.Page, where: str, words: str | re.Pattern[str]) -> None:
    sync_api.expect(page.get_by_test_id(f"{where}-log").get_by_text(words).last).to_be_visible()


def picture(page: sync_api.Page, name: str) -> None:
    if os.environ.get("IGOR_PICTURES") == "1":
        PICTURES.mkdir(exist_ok=True)
        page.mouse.move(1, 1)
        for _ in range(page.get_by_test_id("toast").count()):
            page.get_by_test_id("toast").first.wait_for(state="detached")
        page.wait_for_timeout(900)  # a fade in the middle of a picture looks broken
        page.screenshot(path=PICTURES / f"{name}.png")


def pass_gate(page: sync_api.Page, phone: str, language: str) -> None:
    page.get_by_test_id(f"{phone}-start").click()
    press(page, phone, f"welcome:language:{language}")
    press(page, phone, "welcome:gate:yes")
    sync_api.expect(
        page.get_by_test_id(phone).locator('[data-callback="go:talk"]').last
    ).to_be_visible()


def ask_to_talk(page: sync_api.Page, phone: str, words: str) -> None:
    press(page, phone, "go:talk")
    press(page, phone, "talk:danger:no")
    newest = page.get_by_test_id(f"{phone}-log").get_by_test_id("msg-theirs").last
    sync_api.expect(newest.locator('[data-callback^="talk:danger:"]')).to_have_count(0)
    write(page, phone, words)


def answer(page: sync_api.Page, to: str, words: str) -> None:
    """Reply at the desk to the bot's post that holds `to`."""
    post = page.get_by_test_id("desk-log").get_by_test_id("msg-theirs").filter(has_text=to).last
    post.get_by_test_id("msg-reply").click()
    sync_api.expect(page.get_by_test_id("desk-whereto")).to_contain_text("reaches the person")
    write(page, "desk", words)


def test_asking_answering_and_quick_exit(page: sync_api.Page) -> None:
    sync_api.expect(page.get_by_test_id("bot-state")).to_contain_text("Bot runs")
    page.get_by_test_id("hint-close").click()
    pass_gate(page, "phone-2", "en")
    page.get_by_test_id("phone-1-start").click()
    press(page, "phone-1", "welcome:language:sv")
    sees(page, "phone-1", GATE_SV)
    press(page, "phone-1", "welcome:gate:yes")
    ask_to_talk(page, "phone-1", WORDS)

    page.get_by_test_id("topic").first.click()
    sees(page, "desk", WORDS)
    sync_api.expect(page.get_by_test_id("desk-log")).not_to_contain_text("Amina")
    press(page, "desk-log", "desk:claim:")
    sync_api.expect(page.get_by_test_id("alert-text")).not_to_be_empty()
    page.get_by_test_id("alert-ok").click()
    sees(page, "desk", re.compile("Sara"))
    answer(page, WORDS, ANSWER)
    sees(page, "phone-1", ANSWER)
    reaction = page.get_by_test_id("desk-log").get_by_test_id("reaction")
    sync_api.expect(reaction.first).to_have_text("delivered")
    write(page, "desk", NOTE)
    sees(page, "desk", NOTE)
    picture(page, "talk")

    killed_in_between(page)
    on_a_locked_phone(page)
    sync_api.expect(page.get_by_test_id("phone-1-log")).not_to_contain_text(NOTE)
    leave(page)


def killed_in_between(page: sync_api.Page) -> None:
    """What she writes while the bot is dead arrives when it lives again."""
    page.get_by_test_id("bot-kill").click()
    sync_api.expect(page.get_by_test_id("bot-state")).to_have_text("Bot is down")
    write(page, "phone-1", MORE)
    sees(page, "phone-1", MORE)
    sync_api.expect(page.get_by_test_id("desk-log")).not_to_contain_text(MORE)
    page.get_by_test_id("bot-start").click()
    sees(page, "desk", MORE)


def on_a_locked_phone(page: sync_api.Page) -> None:
    """A watcher sees on the lock screen what came; unlocking reads it."""
    page.get_by_test_id("phone-1-lock-toggle").click()
    sync_api.expect(page.get_by_test_id("phone-1-screen")).to_be_hidden()
    answer(page, MORE, SECOND)
    lock = page.get_by_test_id("phone-1-lock")
    sync_api.expect(lock.get_by_test_id("notification").last).to_be_visible()
    picture(page, "locked")
    page.get_by_test_id("phone-1-unlock").click()
    sync_api.expect(page.get_by_test_id("phone-1-screen")).to_be_visible()


def leave(page: sync_api.Page) -> None:
    """After Exit one harmless message is left, on the screen and on the lock screen."""
    press(page, "phone-1", "exit")
    messages = page.get_by_test_id("phone-1-log").locator("[data-testid^=msg-]")
    sync_api.expect(messages).to_have_count(1)
    for words in (WORDS, ANSWER, MORE, SECOND):
        sync_api.expect(page.get_by_test_id("phone-1")).not_to_contain_text(words)
    sees(page, "desk", re.compile(r"[Ll]eft \d\d?:\d\d"))
    picture(page, "exit")


def test_switches_and_things_to_attach(page: sync_api.Page) -> None:
    pass_gate(page, "phone-2", "en")
    before = page.get_by_test_id("clock").get_attribute("data-hour")
    page.get_by_test_id("clock-move-3600").click()
    sync_api.expect(page.get_by_test_id("clock")).not_to_have_attribute("data-hour", before or "")
    for kind in ("photo", "voice", "location", "contact"):
        page.get_by_test_id("phone-2-attach").click()
        page.get_by_test_id(f"phone-2-attach-{kind}").click()
    mine = page.get_by_test_id("phone-2-log").get_by_test_id("msg-mine")
    sync_api.expect(mine).to_have_count(5)
    write(page, "phone-2", "One hour")
    own = mine.filter(has_text="One hour")
    own.hover()
    own.get_by_test_id("msg-edit").click()
    write(page, "phone-2", "Two hours")
    sync_api.expect(mine.filter(has_text="Two hours")).to_contain_text("edited")
    page.get_by_test_id("phone-2-block").click()
    sync_api.expect(page.get_by_test_id("phone-2-input")).to_be_disabled()
    page.get_by_test_id("phone-2-block").click()
    sync_api.expect(page.get_by_test_id("phone-2-input")).to_be_enabled()


def test_readable_on_a_small_screen_and_by_a_screen_reader(page: sync_api.Page) -> None:
    pass_gate(page, "phone-2", "en")
    nameless = page.locator("button:visible").evaluate_all(
        "all => all.filter(b => !(b.getAttribute('aria-label') || b.textContent.trim()))"
        ".map(b => b.outerHTML)"
    )
    assert nameless == []
    assert page.locator("main, header, nav, [role=log]").count() >= 6
    page.get_by_test_id("phone-1-start").focus()
    page.keyboard.press("Enter")
    sees(page, "phone-1", re.compile("språk"))
    page.set_viewport_size({"width": 380, "height": 760})
    for view in ("phone-1", "phone-2", "desk"):
        page.get_by_test_id(f"view-{view}").click()
        for other in ("phone-1", "phone-2", "desk"):
            there = sync_api.expect(page.get_by_test_id(other))
            there.to_be_visible() if view == other else there.to_be_hidden()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 380, f"{view} is wider than the screen"
        picture(page, f"small-{view}")
