"""The composer in a real browser: it counts as the server counts, its menus and tools work by keyboard and by touch."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ascolto.channels.capabilities import Counting, measured_length
from ascolto.channels.models import ChannelTemplate
from ascolto.channels.vendors.gsm import segments
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.signing import signed
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.knowledge.actions.replies import create_reply
from ascolto.testing.factories import Cast, make_cast, make_inbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = [
    "", " ", "Ciao", "perché no? €[]{}", "x" * 160, "x" * 161, "€" * 80, "é" * 153 + "€" * 10, "ж" * 70, "ж" * 71, "👍" * 36,
    "a" * 66 + "👍" * 3,
    "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇮🇹🇮🇹 1️⃣", "e\u0301" * 20, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞", "\u202eabc\u202c \u200b\u200d\ufeff x",
    "see https://telvia.example/a?b=c#d, and http://x.y.z/…", "https://a\u00a0b https://a\u2003b https://<b> \"https://q\"",
    "@anna@mastodon.example.org ciao @x", "漢字かな交じり文 한국어",
    "\r\na\r\nb\r", "\x00a\x07b\x7f", "  \u00a0\u2003 spaced \u3000\n\t", "ﬀ ǆ İ ß", "\u0600\u06dd٠١ עברית", "각각 ᄀ", "🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 3,
    "x\ufe0f☎️☎ ©️", "a\n" * 200,
    "👩🏽‍🚀" * 200, "\u0301\u0301", "🇮" * 5, "☃⛄❤️‍🔥", "\u1f600 \U0001f600", "🫠" * 10, "नमस्ते", "தமிழ்",
]  # fmt: skip


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    """Giulia wrote by mail, then on WhatsApp, where the time is nearly over."""
    mail = make_inbox("email", name="Care", teams=[cast.care])
    whatsapp = make_inbox("whatsapp", name="WhatsApp", teams=[cast.care])
    cast.writes("By mail", inbox=mail, at=now() - timedelta(hours=30))
    return cast.writes("Here now", inbox=whatsapp, at=now() - timedelta(hours=23, minutes=20))


def test_the_composer_counts_exactly_as_the_server(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    counted = page.evaluate(
        """async ([texts, countings]) => {
            const c = await import(document.querySelector('script[src$="desk/desk.js"]').src.replace("desk.js", "counting.js"));
            return texts.map((raw) => {
                const text = c.cleaned(raw);
                const lengths = countings.map((one) => c.measure(text, one));
                return { text, lengths, parts: c.partsOf(text), signed: c.signed(text, "Marco") };
            });
        }""",
        [TEXTS, [one.value for one in Counting]],
    )
    for raw, found in zip(TEXTS, counted, strict=True):
        text = clean(raw).strip()
        assert found["text"] == text, json.dumps(raw)
        assert found["lengths"] == [measured_length(text, one) for one in Counting], json.dumps(raw)
        assert found["parts"] == segments(text).count, json.dumps(raw)
        assert found["signed"] == signed(text, "Marco"), json.dumps(raw)


def test_marco_sees_what_another_channel_changes_and_how_long_he_may_write(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("[data-window]", has_text="closes in 39 min").wait_for()
    page.locator("[name=way-private]").select_option(label="E-mail")
    page.locator(".comp-says", has_text="giulia.ferri@example.org").wait_for()
    assert page.locator("[data-window]").is_hidden()
    page.locator("#composer label", has_text="Note").click()
    assert page.locator(".comp-says", has_text="giulia.ferri@example.org").is_hidden()


def test_saved_replies_and_emphasis_by_keyboard_alone(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    create_reply(
        by=cast.anna, title="Opening hours", shortcut="hours", texts={"en": "We open at nine, {first_name}."}
    )
    create_reply(by=cast.anna, title="Refund", shortcut="refund", texts={"en": "Five days."})
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.keyboard.press("r")
    page.keyboard.type("Hello ")
    page.keyboard.press("Control+b")
    page.wait_for_function(
        "() => document.getElementById('draft').value.includes('**')"
    )  # loaded when first asked for
    page.keyboard.type("you")
    page.keyboard.press("End")
    page.keyboard.type(" /ho")
    page.locator("#suggest [role=option]", has_text="Opening hours").wait_for()
    assert page.locator("#draft").get_attribute("aria-activedescendant") == "suggest-0"
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('draft').value.includes('nine')")
    assert page.input_value("#draft") == "Hello **you** We open at nine, Giulia."
    page.keyboard.type(" /re")
    page.locator("#suggest [role=option]", has_text="Refund").wait_for()
    page.keyboard.press("Escape")
    page.locator("#suggest").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "draft"
    page.locator("#draft").fill("Hello **you**")
    page.keyboard.press("Control+Enter")
    page.locator(".msg-out", has_text="Hello you").wait_for()
    assert "<b>you</b>" in Message.objects.get(direction="out").html


def test_emoji_are_found_by_name_and_come_in_a_skin_tone(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{conversation.number}/", width=390)
    page.locator("#draft").click()
    page.locator("[data-more-tools]").click()
    page.locator("[data-emoji]").click()
    page.locator(".emoji select").select_option("3")
    page.locator(".emoji input").fill("waving hand")
    page.locator('.emoji [data-sign="👋🏽"]').click()
    assert page.input_value("#draft") == "👋🏽"
    page.locator("#emoji").wait_for(state="detached")


def test_a_file_is_dropped_on_the_thread_and_seen_before_it_leaves(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.evaluate(
        """() => {
            const files = new DataTransfer(), place = document.getElementById("thread-scroll");
            files.items.add(new File([new Uint8Array(2048)], "photo.png", { type: "image/png" }));
            const how = { dataTransfer: files, bubbles: true, cancelable: true };
            for (const type of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(type, how));
        }"""
    )
    page.locator(".comp-files img").wait_for(state="attached")
    page.locator(".comp-files progress").wait_for(state="detached")
    assert "2 kB" in page.locator(".comp-files li").inner_text()
    page.locator(".comp-files button").click()
    page.locator(".comp-files li").wait_for(state="detached")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_when_the_time_is_over_a_template_is_filled_in_and_everybody_can(
    cast: Cast, sit_down: Any, width: int, dark: bool
) -> None:
    whatsapp = make_inbox("whatsapp", name="WhatsApp", teams=[cast.care])
    gap = {"place": "body", "key": "1", "kind": "text", "example": "Giulia", "media": ""}
    ChannelTemplate.objects.create(
        account=whatsapp,
        name="appointment",
        language="en",
        status="APPROVED",
        body="Dear {{1}}, we come.",
        variables=[gap],
    )
    late = cast.writes("Hello?", inbox=whatsapp, at=now() - timedelta(hours=30))
    page = sit_down(cast.marco, f"/c/{late.number}/", width=width, dark=dark)
    page.locator(".tpl-row").click()
    page.locator("[data-gap]").fill("Giulia")
    assert page.locator("[data-template-preview]").inner_text() == "Dear Giulia, we come."
    page.locator("[data-marks-open]").evaluate("button => button.click()")
    found = Axe().run(page, context="#composer")
    assert [one["id"] for one in found.response["violations"]] == []
    page.locator("[data-send]").click()
    page.locator(".msg-out .txt", has_text="Dear Giulia, we come.").wait_for()
