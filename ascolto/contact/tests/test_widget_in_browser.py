"""Giulia's browser on Telvia's website, another origin with a strict policy; the real product behind it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ascolto.contact.tests.website import Website
from ascolto.contact.tests.widgets import vouch
from ascolto.testing.product import Product, wait_for

pytestmark = pytest.mark.browser


def add_chat(product: Product, name: str, **settings: str) -> str:
    """The path of the script of a new chat."""
    token = product.add_channel("chat", name, title="Telvia", **settings).rstrip("/").rpartition("/")[2]
    return f"contact/chat/{token}/widget.js"


@pytest.fixture
def website(telvia: Product) -> Iterator[Website]:
    with Website(telvia, add_chat(telvia, "Website")).online() as site:
        yield site


@pytest.fixture(scope="module")
def marco(telvia: Product) -> Callable[[str, str], None]:
    """Marco finds the conversation by what was written and answers it, through the API."""
    key = telvia.add_token("conversations:read", "messages:write")

    def ask(path: str, said: Any = None) -> Any:
        request = urllib.request.Request(f"{telvia.base_url}/api/v1/{path}")
        request.add_header("Authorization", f"Bearer {key}")
        if said is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(said).encode()
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def answer(written: str, text: str) -> None:
        def found() -> Any:
            for row in ask("conversations?limit=50")["data"]:
                said = ask(f"conversations/{row['id']}/messages")["data"]
                if any(one["text"] == written for one in said):
                    return row["id"]
            return None

        pk = wait_for(found, why=f"{written!r} is in a conversation")
        ask(f"conversations/{pk}/messages", {"text": text, "visibility": "private"})

    return answer


def visit(page: Any, website: Website) -> list[str]:
    """Open the page; returns what the browser complains about."""
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(website.url)
    page.get_by_role("button", name="Open the chat").wait_for()
    return complaints


def test_giulia_chats_with_the_keyboard_alone(
    page: Any, website: Website, marco: Callable[[str, str], None]
) -> None:
    complaints = visit(page, website)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Telvia").wait_for()
    page.keyboard.type("My line is dead.")
    page.keyboard.press("Enter")
    log = page.get_by_role("log", name="Messages")
    log.get_by_text("My line is dead.").wait_for()
    log.get_by_text("Sent", exact=True).wait_for()
    marco("My line is dead.", "Good morning, I am looking into it: https://status.telvia.example")
    log.get_by_text("Good morning, I am looking into it").wait_for()
    assert page.get_by_text("You are talking with Marco, a person").is_visible()
    assert log.get_by_role("link", name="https://status.telvia.example").count() == 1
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    opener = page.get_by_role("button", name="Open the chat")
    assert opener.evaluate("button => button.getRootNode().activeElement === button")
    assert complaints == []


def test_a_reload_keeps_the_thread_and_a_half_written_line(page: Any, website: Website) -> None:
    visit(page, website)
    page.get_by_role("button", name="Open the chat").click()
    write = page.get_by_role("textbox", name="Write a message")
    write.fill("Are you there after a reload?")
    write.press("Enter")
    page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    write.fill("Half a lin")
    page.reload()
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_role("log").get_by_text("Are you there after a reload?").wait_for()
    assert page.get_by_role("textbox", name="Write a message").input_value() == "Half a lin"
    assert page.get_by_role("article").filter(has_text="Are you there after a reload?").count() == 1


def test_what_was_written_without_a_network_leaves_when_it_is_back(page: Any, website: Website) -> None:
    visit(page, website)
    page.get_by_role("button", name="Open the chat").click()
    write = page.get_by_role("textbox", name="Write a message")
    write.fill("Before the tunnel")
    write.press("Enter")
    page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    page.context.set_offline(True)
    for text in ("In the tunnel", "Still in the tunnel"):
        write.fill(text)
        write.press("Enter")
    page.get_by_text("Waiting to be sent").nth(1).wait_for()
    page.get_by_text("No connection.").wait_for()
    page.context.set_offline(False)
    for text in ("In the tunnel", "Still in the tunnel"):
        sent = page.get_by_role("article").filter(has=page.get_by_text(text, exact=True))
        sent.get_by_text("Sent", exact=True).wait_for()
        assert sent.count() == 1
    query = "SELECT text FROM conversations_message WHERE text LIKE '%tunnel%' ORDER BY occurred_at, id"
    wait_for(lambda: len(website.product.query(query)) == 3, why="what is in the journal becomes messages")
    rows = [row[0] for row in website.product.query(query)]
    assert rows == ["Before the tunnel", "In the tunnel", "Still in the tunnel"]


def test_what_is_not_sent_survives_a_reload(page: Any, website: Website) -> None:
    visit(page, website)
    page.route(
        "**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.get_by_role("button", name="Open the chat").click()
    write = page.get_by_role("textbox", name="Write a message")
    write.fill("Do not lose me")
    write.press("Enter")
    page.get_by_text("Waiting to be sent").wait_for()
    page.unroute("**/messages")
    page.reload()
    page.get_by_role("button", name="Open the chat").click()
    mine = page.get_by_role("article").filter(has_text="Do not lose me")
    mine.get_by_text("Sent", exact=True).wait_for()
    assert mine.count() == 1


def test_an_answer_to_a_closed_chat_is_counted_and_announced(
    page: Any, website: Website, marco: Callable[[str, str], None]
) -> None:
    visit(page, website)
    page.get_by_role("button", name="Open the chat").click()
    write = page.get_by_role("textbox", name="Write a message")
    write.fill("I close the window now")
    write.press("Enter")
    page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    page.keyboard.press("Escape")
    marco("I close the window now", "It works again.")
    page.get_by_role("button", name="Open the chat: 1 new").wait_for()
    assert "It works again." in page.get_by_role("status").first.inner_text()
    page.get_by_role("button", name="Open the chat: 1 new").click()
    page.get_by_role("log").get_by_text("It works again.").wait_for()
    wait_for(
        lambda: website.product.query(
            "SELECT 1 FROM conversations_message WHERE text = 'It works again.' AND delivery = 'read'"
        ),
        why="the desk knows that it was read",
    )
    page.reload()
    page.get_by_role("button", name="Open the chat", exact=True).wait_for()


def test_an_answer_arrives_by_the_live_stream_alone(
    page: Any, website: Website, marco: Callable[[str, str], None]
) -> None:
    visit(page, website)
    page.get_by_role("button", name="Open the chat").click()
    write = page.get_by_role("textbox", name="Write a message")
    write.fill("Is anybody listening?")
    write.press("Enter")
    page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    page.route("**/messages?after=*", lambda route: route.abort())
    marco("Is anybody listening?", "Live, at once.")
    page.get_by_role("log").get_by_text("Live, at once.").wait_for()


def test_a_server_that_restarts_is_found_again(browser: Any, tmp_path: Any) -> None:
    with (
        Product(tmp_path / "product") as product,
        Website(product, add_chat(product, "Web")).online() as site,
    ):
        context = browser.new_context(locale="en-GB")
        context.set_default_timeout(30_000)
        page = context.new_page()
        visit(page, site)
        page.get_by_role("button", name="Open the chat").click()
        write = page.get_by_role("textbox", name="Write a message")
        write.fill("Before the restart")
        write.press("Enter")
        page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
        product.stop()
        write.fill("While nobody listens")
        write.press("Enter")
        page.get_by_text("Waiting to be sent").wait_for()
        product.start()
        mine = page.get_by_role("article").filter(has_text="While nobody listens")
        mine.get_by_text("Sent", exact=True).wait_for(timeout=120_000)
        assert mine.count() == 1
        context.close()


def test_a_file_arrives_and_can_be_opened(page: Any, website: Website, tmp_path: Any) -> None:
    visit(page, website)
    page.get_by_role("button", name="Open the chat").click()
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"%PDF-1.4 a bill")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach a file").click()
    chooser.value.set_files(str(bill))
    page.get_by_role("button", name="Remove bill.pdf").wait_for()
    page.get_by_role("button", name="Send").click()
    link = page.get_by_role("log").get_by_role("link", name="bill.pdf")
    link.wait_for()
    answer = page.context.request.get(link.get_attribute("href"))
    assert answer.body() == b"%PDF-1.4 a bill"


def test_on_a_telephone_the_chat_takes_the_whole_screen_in_italian(browser: Any, website: Website) -> None:
    website.language = "it"
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page = context.new_page()
    page.goto(website.url)
    page.get_by_role("button", name="Apri la chat").tap()
    dialog = page.get_by_role("dialog", name="Telvia")
    dialog.wait_for()
    box = dialog.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for _ in range(8):  # modal: the keyboard stays inside
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") in {"ASCOLTO-CHAT", "BODY"}
    dialog.get_by_role("button", name="Chiudi la chat").tap()
    dialog.wait_for(state="hidden")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, website: Website, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(website.url)
    page.get_by_role("button", name="Open the chat").click()
    write = page.get_by_role("textbox", name="Write a message")
    write.fill("Is this readable?")
    write.press("Enter")
    page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    found = Axe().run(page, context="ascolto-chat").response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
    context.close()


def test_a_customer_the_site_vouches_for_finds_their_thread_in_another_browser(
    browser: Any, website: Website
) -> None:
    secret = "an identity secret"
    website.script = add_chat(website.product, "Members", identity_secret=secret)
    website.attributes = f"data-user-id=4711 data-user-name=Giulia data-user-hash={vouch(secret, '4711')}"
    contexts = [browser.new_context(locale="en-GB") for _ in range(2)]
    first, second = (context.new_page() for context in contexts)
    first.goto(website.url)
    first.get_by_role("button", name="Open the chat").click()
    first.get_by_role("textbox", name="Write a message").fill("From the first browser")
    first.keyboard.press("Enter")
    first.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    second.goto(website.url)
    second.get_by_role("button", name="Open the chat").click()
    second.get_by_role("log").get_by_text("From the first browser").wait_for()
    for context in contexts:
        context.close()


def test_signing_in_and_out_without_loading_the_page_changes_the_thread(page: Any, website: Website) -> None:
    secret = "an identity secret"
    website.script = add_chat(website.product, "One page", identity_secret=secret)
    visit(page, website)
    open_chat, log = page.get_by_role("button", name="Open the chat"), page.get_by_role("log")
    open_chat.click()
    page.get_by_role("textbox", name="Write a message").fill("As nobody")
    page.keyboard.press("Enter")
    log.get_by_text("Sent", exact=True).wait_for()
    page.evaluate(
        "user => ascoltoChat.identify(user)", {"id": "7", "hash": vouch(secret, "7"), "name": "Giulia"}
    )
    log.get_by_text("As nobody").wait_for(state="detached")
    page.get_by_role("textbox", name="Write a message").fill("As Giulia")
    page.keyboard.press("Enter")
    log.get_by_text("Sent", exact=True).wait_for()
    page.evaluate("ascoltoChat.identify(null)")
    log.get_by_text("As nobody").wait_for()
    assert log.get_by_text("As Giulia").count() == 0
    known = page.evaluate("JSON.stringify(localStorage)")
    assert "As Giulia" not in known
    assert vouch(secret, "7") not in known


def test_two_tabs_show_one_thread_and_nothing_twice(page: Any, website: Website) -> None:
    visit(page, website)
    other = page.context.new_page()
    for tab in (page, other):
        if tab is other:
            visit(tab, website)
        tab.get_by_role("button", name="Open the chat").click()
        tab.get_by_role("textbox", name="Write a message").fill(f"From tab {1 if tab is page else 2}")
        tab.keyboard.press("Enter")
        tab.get_by_role("log").get_by_text("Sent", exact=True).last.wait_for()
    for tab in (page, other):
        tab.bring_to_front()
        for text in ("From tab 1", "From tab 2"):
            tab.get_by_role("log").get_by_text(text).wait_for()
            assert tab.get_by_role("article").filter(has_text=text).count() == 1
