"""The editor in a browser: Rosa changes a node by a form, sees what is wrong, mends it as text and publishes; looks at every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.bot.forms import NEW_NODES
from ascolto.sla.tests.test_commitments_in_browser import findings
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SCENE = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.bot import actions
from ascolto.bot.models import BotFlow
from ascolto.bot.ready_made import install
from ascolto.bot.tests.samples import CARE, make_writer, published
from ascolto.testing.factories import make_cast
cast = make_cast()
rosa = make_writer()
Agent.objects.filter(pk=rosa.pk).update(language="LANGUAGE")
install(rosa)
first = published(CARE.replace("flow: care", "flow: telvia"), by=rosa)
actions.save_version(by=rosa, flow=first.flow, text=first.text.replace("My bill", "A bill"), note="Shorter")
actions.set_post(by=rosa, account=cast.inbox, flow=BotFlow.objects.get(slug="care"))
"""
MORE = """
from django.utils import timezone
from ascolto.bot.actions.external_bots import create_bot
from ascolto.bot.actions.rehearsals import take_in_rehearsals
from ascolto.bot.actions.systems import create_action
from ascolto.bot.actions.trials import start_trial
from ascolto.bot.models import BotPost, Dialogue, TrialRun
from ascolto.channels import addresses
from ascolto.conversations.actions import give_to_bot, leave_to_people
from ascolto.testing.factories import make_inbox
public = lambda host: ["93.184.216.34"]
create_action(by=rosa, name="line_test", url="https://example.com/line", sends=["code"], about="Line", resolve=public)
create_bot(by=rosa, account=make_inbox(name="Night chat"), name="Helper", url="https://example.com/bot", resolve=public)
telvia = first.flow.versions.first()
other = make_inbox(name="Second chat")
actions.set_post(by=rosa, account=other, flow=first.flow, rival_version=telvia, share=20)
trial = start_trial(by=rosa, version=first)
talk = cast.writes("The line is dead")
dialogue = Dialogue.objects.create(conversation=talk, account=cast.inbox, version=first, status="handed", why="asked")
give_to_bot(agent=cast.marco, conversation=talk, why="fault")
leave_to_people(conversation=talk, why="asked")
print(f"post={BotPost.objects.get(account=other).pk} talk={talk.number} trial={trial.pk}")
"""


def sign_in(page: Any, product: Product) -> None:
    page.goto(product.base_url + "/sign-in/")
    page.fill("#id_email", "rosa@telvia.example")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def test_rosa_changes_a_node_mends_what_is_wrong_and_publishes(
    new_product: Callable[..., Product], page: Any
) -> None:
    product = new_product().start()
    product.python(SCENE.replace("LANGUAGE", "en"))
    sign_in(page, product)
    flow = product.base_url + "/settings/bot/flows/telvia/"
    page.goto(flow)
    page.locator(".bot-graph a[aria-label^='bill']").focus()
    page.keyboard.press("Enter")
    page.locator("#id-f-say-en").fill("It is online.")
    page.locator("#id-f-next").select_option("")
    page.get_by_role("button", name="Save as a new version").press("Enter")
    page.get_by_text("Saved as version 3.").wait_for()
    page.locator(".bot-findings a").first.click()
    page.wait_for_url("**/text/#L*")
    assert page.evaluate("document.activeElement.id") == "text"
    page.get_by_role("button", name="Publish version 3").click()
    page.get_by_text("Version 3 was not published.").wait_for()
    page.goto(flow + "text/")
    page.get_by_text("not right yet").first.wait_for()
    text = page.locator("#text").input_value()
    page.locator("#text").fill(
        text.replace("en: It is online.", "en: It is online.\n    next: bye").replace(
            'en: "It is online."', 'en: "It is online."\n    next: bye'
        )
    )
    page.get_by_text("This can be published.").wait_for()
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_role("button", name="Publish version 4").click()
    page.get_by_text("Version 4 runs now.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Version 5 runs now.").wait_for()
    page.goto(flow + "nodes/welcome/")
    page.locator("#do-row-add").press("Enter")
    page.locator("#id-r2-id").wait_for()
    page.locator("#do-row-up-2").press("Enter")
    page.wait_for_function("() => document.querySelector('#id-r1-id').value === 'option1'")


def test_rosa_changes_the_head_by_keyboard(new_product: Callable[..., Product], page: Any) -> None:
    product = new_product().start()
    product.python(SCENE.replace("LANGUAGE", "en"))
    sign_in(page, product)
    page.goto(product.base_url + "/settings/bot/flows/telvia/")
    page.get_by_role("link", name="About the flow").press("Enter")
    page.locator("#id-f-title-en").fill("Everything about Telvia")
    page.locator("#language-de").press("Space")
    page.locator("#id-f-title-de").wait_for()
    assert page.evaluate("document.activeElement.id") == "language-de", "the keyboard stays where it was"
    assert page.locator("#id-f-title-en").input_value() == "Everything about Telvia", (
        "what was typed is there"
    )
    page.locator("#language-de").press("Space")
    page.locator("#id-f-title-de").wait_for(state="detached")
    page.locator("#id-f-person-words-en").fill("technician")
    page.locator("#id-f-start").select_option("bill")
    page.get_by_role("button", name="Save as a new version").press("Enter")
    page.get_by_text("Saved as version 3.").wait_for()
    page.locator(".bot-findings").get_by_text("Nothing leads to welcome").wait_for()
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("Saved as version 4.").wait_for()
    page.get_by_text("Checked: a person is one step away").wait_for()


def test_the_screens_are_readable_by_day_and_by_night(new_product: Callable[..., Product], page: Any) -> None:
    product = new_product().start()
    said = product.python(SCENE.replace("LANGUAGE", "it") + MORE).splitlines()[-1]
    made = dict(one.split("=") for one in said.split())
    sign_in(page, product)
    places = {
        "list": "",
        "new": "new/",
        "inboxes": "inboxes/",
        "picture": "flows/fault/",
        "text": "flows/care/text/",
        "versions": "flows/telvia/versions/?from=1&to=2",
        "version": "flows/telvia/versions/1/",
        "menu": "flows/care/nodes/welcome/",
        "slot": "flows/telvia/slots/code/",
        "head": "flows/care/about/",
        "rehearse": "flows/telvia/rehearse/",
        "tests": "flows/telvia/tests/",
        "trials": "flows/telvia/trials/",
        "trial": f"flows/telvia/trials/{made['trial']}/",
        "compare": "compare/",
        "comparison": f"compare/{made['post']}/",
        "systems": "systems/",
        "system": "systems/1/",
        "external": "external/",
        "external-bot": "external/1/",
        **{f"new-{verb}": f"flows/care/nodes/?verb={verb}" for verb in NEW_NODES},
    }
    for name, place in places.items():
        answer = page.goto(f"{product.base_url}/settings/bot/{place}")
        assert answer.status == 200, name
        assert findings(page, f"bot-{name}") == [], name
    page.goto(f"{product.base_url}/c/{made['talk']}/assistant/")
    page.locator("#assistant-task").wait_for()
    assert findings(page, "bot-card") == []
