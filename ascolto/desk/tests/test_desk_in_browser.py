"""The desk in a real browser: by keyboard alone, on a telephone, in light and dark, for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ascolto.channels.protocol import Media
from ascolto.conversations.actions import add_note, add_reply, assign, set_labels
from ascolto.conversations.models import Conversation, Message
from ascolto.intake.models import RawEvent
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_conversation, make_customer, make_inbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def furnish(cast: Cast) -> Conversation:
    """A conversation with everything in it, and a queue around it."""
    mail = make_inbox("email", "Care by mail", teams=[cast.care])
    moment = now()
    conversation = cast.writes("My line has been dead since Tuesday.", at=moment - timedelta(hours=20))
    add_reply(agent=cast.marco, conversation=conversation, text="I write by 18:00, news or not.")
    cast.writes("In front of everybody: still dead.", visibility="public", at=moment - timedelta(minutes=40))
    add_note(agent=cast.anna, conversation=conversation, text="Joint found, needs digging.")
    files = [
        Media(name="bill.pdf", content_type="application/pdf", data=b"%PDF-1.4"),
        Media(name="modem.png", content_type="image/png", data=PNG),
    ]
    cast.writes(
        "Here is my bill.\n\n> I write by 18:00, news or not.",
        inbox=mail,
        subject="The bill of May",
        html="<p>Here is my <b>bill</b>.</p><img src='https://spy.example/x.gif'>",
        extra={"visible_text": "Here is my bill."},
        files=files,
        at=moment - timedelta(minutes=9),
    )
    failed = Message.objects.filter(direction="out").first()
    Message.objects.filter(pk=failed.pk).update(delivery="failed", delivery_error="The network said no.")
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco, team=cast.care)
    set_labels(agent=cast.marco, conversation=conversation, names=["Outage", "Compensation"])
    for i, name in enumerate(("Paolo Ricci", "Rita Ferrante", "Nadia Kovač")):
        make_conversation(
            cast.inbox, f"Question {i}", customer=make_customer(name), at=moment - timedelta(minutes=30 * i)
        )
    return conversation


def test_marco_answers_by_keyboard_alone(cast: Cast, sit_down: Callable[..., Any]) -> None:
    cast.writes("My line is dead.")
    page = sit_down(cast.marco)
    page.locator("#rows [data-row]").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#composer").wait_for()
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.id") == "draft"
    page.keyboard.type("We are on it, I write by 18:00.")
    page.keyboard.press("Control+Enter")
    page.locator(".msg-out", has_text="We are on it").wait_for()
    sent = Message.objects.get(direction="out")
    assert (sent.text, sent.agent, sent.visibility) == (
        "We are on it, I write by 18:00.",
        cast.marco,
        "private",
    )
    assert page.input_value("#draft") == ""
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.locator(".toast", has_text="resolved").wait_for()
    assert Conversation.objects.get().status == "resolved"
    page.locator(".toast button").click()
    page.locator('#th-head[data-status="open"]').wait_for()
    assert Conversation.objects.get().status == "open"


def test_send_and_resolve_with_one_key(cast: Cast, sit_down: Callable[..., Any]) -> None:
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#draft").fill("Done.")
    page.keyboard.press("Control+Shift+Enter")
    page.locator('#th-head[data-status="resolved"]').wait_for()
    assert Message.objects.filter(direction="out").count() == 1


def test_single_keys_can_be_switched_off_and_do_nothing_in_fields(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#draft").click()
    page.keyboard.type("je?n")
    assert page.input_value("#draft") == "je?n"
    assert not page.locator("#keys").is_visible()
    cast.marco.single_keys = False
    cast.marco.save()
    page.reload()
    page.locator("#list-scroll").focus()
    page.keyboard.press("e")
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible()
    assert Conversation.objects.get().status == "open"


def test_every_menu_opens_by_its_key_and_gives_the_focus_back(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    conversation = furnish(cast)
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#list-scroll").focus()
    for key, menu in (("a", "assign"), ("l", "labels"), ("z", "snooze")):
        page.keyboard.press(key)
        page.locator(f'[data-menu="{menu}"] form').first.wait_for()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.closest('[data-menu]')?.dataset.menu") == menu
        page.locator("#list-scroll").focus()
    page.keyboard.press("a")
    page.get_by_role(
        "button", name="Leave it to nobody"
    ).click()  # what somebody holds is offered, not pushed
    page.locator(".toast", has_text="Nobody has it now").wait_for()
    page.keyboard.press("a")
    page.get_by_role("button", name="Anna Neri").click()
    page.locator(".toast", has_text="Given to Anna Neri").wait_for()
    assert Conversation.objects.get(pk=conversation.pk).assignee == cast.anna
    page.locator(".event", has_text="Marco Villa gave it to Anna Neri").wait_for()


def test_earlier_messages_come_above_and_nothing_moves(cast: Cast, sit_down: Callable[..., Any]) -> None:
    start = now() - timedelta(hours=3)
    conversation = cast.writes("Message 0.", at=start)
    for i in range(1, 130):
        cast.writes(f"Message {i}.", at=start + timedelta(minutes=i))
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    assert page.locator("[data-message]").count() == 50
    page.locator("#thread-scroll").focus()
    first = page.locator("[data-message]").first
    pk = first.get_attribute("id")
    before = page.evaluate(
        "id => { document.getElementById('thread-scroll').scrollTop = 60; return document.getElementById(id).getBoundingClientRect().top }",
        pk,
    )
    page.locator("#thread .txt", has_text="Message 0.").wait_for(state="attached")
    after = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", pk)
    assert abs(after - before) < 60  # the link itself went away
    assert page.evaluate("document.activeElement.id") == "thread-scroll"
    said = page.locator("#thread [data-message] .txt").all_text_contents()
    assert said == [f"Message {i}." for i in range(130)]
    assert page.locator("#thread .day").count() == page.locator("#thread .day").evaluate_all(
        "days => new Set(days.map(day => day.textContent)).size"
    )
    assert page.locator("[data-earlier]").count() == 0


def test_an_answer_that_was_overtaken_does_not_bring_the_old_head_back(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    held: list[Any] = []
    page.route("**/head/", lambda route: held.append((route, route.fetch())))
    page.locator("#draft").fill("We are on it.")
    with page.expect_request("**/head/"):
        page.keyboard.press("Control+Enter")
    page.locator(".msg-out", has_text="We are on it").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.locator('#th-head[data-status="resolved"]').wait_for()
    while not held:  # it is fetched before it is held
        page.evaluate("new Promise(requestAnimationFrame)")
    (route, old), *_ = held
    with page.expect_response("**/head/"):
        route.fulfill(response=old)
    page.evaluate("fetch('/counts/').then(answer => answer.text())")  # the page had its turn
    assert page.locator("#th-head").get_attribute("data-status") == "resolved"


def test_the_customer_is_changed_on_the_card_and_everything_says_so(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#list-scroll").wait_for()
    page.locator("[data-edit-who]").focus()
    page.keyboard.press("Enter")
    page.locator("#who form").wait_for()
    page.wait_for_function("() => document.activeElement.name === 'name'")
    page.locator("#who [name=name]").fill("Giulia Ferri-Bassi")
    page.keyboard.press("Enter")
    page.locator("#th-head .th-title", has_text="Giulia Ferri-Bassi").wait_for()
    page.locator("#rows", has_text="Giulia Ferri-Bassi").wait_for()
    page.wait_for_function("() => document.activeElement.matches('[data-edit-who]')")
    page.locator(".toast button").click()
    page.locator("#who h2", has_text=cast.giulia.name).wait_for()
    page.locator("#th-head .th-title", has_text=cast.giulia.name).wait_for()


def test_what_is_set_aside_meanwhile_shows_without_reloading(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    conversation = cast.writes()
    page = sit_down(cast.anna, f"/c/{conversation.number}/")
    page.locator("#list-scroll").focus()
    assert page.locator(".side .count-alert").count() == 0
    RawEvent.objects.create(account=cast.inbox, digest=b"d" * 32, body=b"{}", state=RawEvent.State.DEAD)
    page.keyboard.press("e")
    page.locator('.side [data-waiting="settings"] .count-alert', has_text="1").wait_for()


def test_a_draft_outlives_the_page_and_a_file_goes_along(cast: Cast, sit_down: Callable[..., Any]) -> None:
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#draft").fill("Half a thou")
    page.reload()
    assert page.input_value("#draft") == "Half a thou"
    page.locator("#composer label", has_text="Note").click()
    chosen = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"the plan"}
    page.locator("#composer [type=file]").set_input_files(chosen)
    page.locator("[data-files] li", has_text="plan.txt").wait_for()
    page.locator("[data-files] progress").wait_for(state="detached")
    page.locator("[data-send]").click()
    page.locator(".msg-note .file", has_text="plan.txt").wait_for()
    assert Message.objects.get(visibility="note").attachments.get().size == 8
    page.reload()
    assert page.input_value("#draft") == ""


def test_the_limit_of_the_channel_stops_a_text_that_is_too_long(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    conversation = cast.writes("Hello?", inbox=make_inbox("whatsapp", teams=[cast.care]))
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#draft").fill("x" * 4097)
    assert "c-bad" in page.locator("[data-counter]").get_attribute("class")
    page.locator("[data-send]").click(force=True)
    page.locator("[role=alert]", has_text="Too long").wait_for()
    assert not Message.objects.filter(direction="out").exists()
    page.locator("#draft").fill("short")
    assert page.locator("[data-send]").get_attribute("aria-disabled") == "false"
    assert "23" in page.locator("[data-window]").inner_text()


def test_without_connection_the_text_is_safe_and_sent_once(cast: Cast, sit_down: Callable[..., Any]) -> None:
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#draft").fill("Are you there?")
    page.context.set_offline(True)
    page.locator("#live-state").wait_for(state="visible")
    page.locator("[data-send]").click()
    page.locator("[role=alert]", has_text="did not go").wait_for()
    assert page.input_value("#draft") == "Are you there?"
    page.context.set_offline(False)
    page.locator("[data-send]").click()
    page.locator(".msg-out", has_text="Are you there?").wait_for()
    assert Message.objects.filter(direction="out").count() == 1


def test_on_a_telephone_list_thread_and_card_are_pages(cast: Cast, sit_down: Callable[..., Any]) -> None:
    cast.writes("My line is dead.")
    page = sit_down(cast.marco, width=390)
    assert not page.locator("#draft").is_visible()
    page.locator("#rows [data-row]").first.click()
    page.locator("#draft").wait_for()
    assert not page.locator("#list").is_visible()
    page.locator("button[data-show=details]").first.click()
    assert page.locator("#card").is_visible()
    page.locator("#card [data-show=thread]").click()
    page.locator("a[data-show=list]").click()
    assert page.locator("#list").is_visible()
    page.go_back()
    page.locator("#draft").wait_for()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_the_letter_shows_in_a_frame_that_runs_nothing(cast: Cast, sit_down: Callable[..., Any]) -> None:
    conversation = furnish(cast)
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[data-letter] summary").click()
    frame = page.frame_locator("[data-letter] iframe")
    frame.locator("b", has_text="bill").wait_for()
    assert "allow-scripts" not in page.locator("[data-letter] iframe").get_attribute("sandbox")
    assert not [url for url in asked if "spy.example" in url]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_any_screen(
    cast: Cast, sit_down: Callable[..., Any], width: int, dark: bool
) -> None:
    conversation = furnish(cast)
    base = f"/c/{conversation.number}/"
    screens = ["/", "/?view=all&label=Outage", "/?view=on_hold", "/?search=1", base, f"{base}assign/"]
    screens += [f"{base}labels/", f"{base}snooze/", f"{base}subject/", f"{base}customer/", "/nowhere/"]
    page = sit_down(cast.marco, width=width, dark=dark)
    origin = page.url.rstrip("/")
    found = []
    for screen in screens:
        page.goto(origin + screen)
        found += _problems(page, screen)
    page.goto(origin + base)
    for name, opener in (
        ("more", '[data-menu="more"] > summary'),
        ("writing", "#draft"),  # on a narrow screen the composer is one line until then
        ("public", "#composer label:has([value=public])"),
        ("note", "#composer label:has([value=note])"),
        ("letter", "[data-letter] summary"),
    ):
        page.locator(opener).click()
        found += _problems(page, name)
        page.keyboard.press("Escape")
    if width > 1000:
        page.locator("[data-edit-who]").click()
        page.locator("#who form").wait_for()
        found += _problems(page, "customer")
        page.locator(".me-who").click()
        found += _problems(page, "mine")
        page.keyboard.press("Escape")
        page.locator("#filters > summary").click()
        page.locator("#filters form").wait_for()
        found += _problems(page, "filters")
        page.keyboard.press("Escape")
        for menu in ("assign", "labels", "snooze"):
            page.locator(f'[data-menu="{menu}"] > summary').click()
            page.locator(f'[data-menu="{menu}"] form').first.wait_for()
            found += _problems(page, menu)
            page.keyboard.press("Escape")
        page.locator(".side [data-help]").click()
        found += _problems(page, "keys")
    else:
        page.locator("button[data-show=details]").first.click()
        found += _problems(page, "card")
        page.locator("[data-opens=mine]").click()
        page.get_by_role("button", name="Italiano").wait_for()
        found += _problems(page, "mine")
    assert not found, "\n".join(found)


def _problems(page: Any, screen: str) -> list[str]:
    results = Axe().run(page).response["violations"]
    return [f"{screen}: {item['id']} {node['html'][:160]}" for item in results for node in item["nodes"][:3]]
