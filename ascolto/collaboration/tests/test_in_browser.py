"""Departments, problems and colleagues in a real browser: by keyboard, on a telephone, for everybody; and who replies, live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ascolto.accounts.models import Role
from ascolto.collaboration.actions import problems, requests
from ascolto.collaboration.actions.departments import save_department
from ascolto.collaboration.models import DepartmentRequest
from ascolto.conversations.actions import add_note
from ascolto.desk.tests.conftest import sit_down as sit_down
from ascolto.testing.factories import make_agent, make_cast
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser]


@pytest.mark.django_db(transaction=True)
def test_marco_asks_a_department_by_keyboard_and_rosa_answers_on_her_telephone(
    sit_down: Callable[..., Any],
) -> None:
    cast = make_cast()
    rosa = make_agent("Rosa Guest", Role.GUEST)
    save_department(agent=cast.anna, name="Billing", members=[rosa])
    conversation = cast.writes("I was charged twice.")
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#together [data-menu=ask]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.locator("#together [name=question]").fill("Why twice?")
    page.locator("#together [name=share]").check()
    page.locator("#together .ask button").click()
    page.locator("#together .dept li", has_text="Billing").wait_for()
    asked = DepartmentRequest.objects.get()
    phone = sit_down(rosa, f"/requests/{asked.pk}/", width=390)
    assert phone.get_by_text("I was charged twice.").is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator("[name=text]").fill("A mistake of ours.")
    phone.locator("[name=verb][value=answer]").click()
    phone.locator("[role=status]", has_text="has been told").wait_for()
    assert conversation.messages.get(visibility="note").text == "A mistake of ours."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_every_screen_is_for_everybody(sit_down: Callable[..., Any], width: int, dark: bool) -> None:
    cast = make_cast()
    rosa = make_agent("Rosa Guest", Role.GUEST)
    billing = save_department(agent=cast.anna, name="Billing", members=[rosa, cast.anna])
    conversation = cast.writes("I was charged twice.")
    problem = problems.open_problem(agent=cast.anna, title="Fault at Navile", conversation=conversation)
    asked = requests.ask(agent=cast.marco, conversation=conversation, department=billing, question="Why?")
    add_note(agent=cast.marco, conversation=conversation, text="@Anna Neri and @Viktor Orlov: look")
    base = f"/c/{conversation.number}"
    paths = [
        f"{base}/together/",
        f"{base}/ask/",
        f"{base}/problem/",
        f"{base}/people/",
        "/mentions/",
        "/requests/",
    ]
    paths += [
        f"/requests/{asked.pk}/",
        "/problems/",
        f"/problems/{problem.pk}/",
        f"/problems/{problem.pk}/tell/",
    ]
    paths += ["/problems/new/", "/settings/departments/", f"/settings/departments/{billing.pk}/"]
    page = sit_down(cast.anna, "/problems/", width=width, dark=dark)
    address = page.url.removesuffix("/problems/")
    for path in paths:
        page.goto(address + path)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.processes
def test_anna_sees_that_marco_replies_and_that_he_left(
    new_product: Callable[..., Product], browser: Any
) -> None:
    product = new_product().start()
    made = (
        "import django; django.setup(); from ascolto.testing.factories import make_cast; cast = make_cast()"
    )
    number = product.python(f"{made}; print(cast.writes().number)").split()[-1]

    def sit(email: str) -> Any:
        context = browser.new_context()
        name, value = product.session_cookie(email).split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": product.base_url}])
        page = context.new_page()
        page.goto(f"{product.base_url}/c/{number}/")
        page.locator("#draft").wait_for()
        return page

    anna, marco = sit("anna@telvia.example"), sit("marco@telvia.example")
    anna.locator("#conversation [data-here]", has_text="Marco Villa is reading").wait_for()
    marco.locator("#draft").click()
    marco.keyboard.type("Good morning")
    anna.locator("#conversation [data-here]", has_text="Marco Villa is replying").wait_for()
    anna.locator("#rows .cv-here").first.wait_for()
    marco.context.close()
    anna.locator("#conversation [data-here]").wait_for(state="hidden")
    anna.context.close()


@pytest.mark.django_db(transaction=True)
def test_an_at_sign_in_a_note_offers_colleagues_and_says_who_cannot_see_it(
    sit_down: Callable[..., Any],
) -> None:
    cast = make_cast()
    conversation = cast.writes()
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#together").get_by_text("Nobody follows it.").wait_for()
    page.keyboard.press("n")
    page.keyboard.type("@vik")
    page.locator("#suggest", has_text="Viktor Orlov").wait_for()
    page.keyboard.press("Enter")
    assert page.input_value("#draft") == "@Viktor Orlov "
    page.keyboard.type("is it in the warehouse?")
    page.keyboard.press("Control+Enter")
    page.locator(".msg-note", has_text="@Viktor Orlov is it").wait_for()
    page.reload()
    page.locator("#together .blind", has_text="Viktor Orlov").get_by_role("button").click()
    page.locator("#together .around", has_text="Viktor Orlov").wait_for()
    page.locator("#thread .fold", has_text="Change").locator("summary").click()
    page.locator("#thread [name=text]").fill("@Viktor Orlov never mind")
    page.locator("#thread .note-form [value=change]").click()
    page.locator(".toast", has_text="Note changed").wait_for()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_marco_hears_that_giulia_wrote_while_he_composes(sit_down: Callable[..., Any], width: int) -> None:
    cast = make_cast()
    talk = cast.writes("My line is dead.")
    page = sit_down(cast.marco, f"/c/{talk.number}/", width=width)
    # what the stream would bring: the newest messages, added below as the desk adds them
    catch_up = """async () => {
        const here = document.getElementById("conversation"), thread = document.getElementById("thread");
        const news = `${here.dataset.base}messages/?after=${here.dataset.last}&events=0`;
        const answer = await fetch(news, { headers: { "HX-Request": "true" } });
        const found = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const item of found.querySelectorAll("article[data-message]")) {
          thread.append(document.adoptNode(item));
          here.dataset.last = item.dataset.message;
        }
    }"""
    page.locator("#draft").wait_for()
    cast.writes("Since this morning.")
    page.evaluate(catch_up)
    page.get_by_text("Since this morning.").first.wait_for(state="attached")
    assert page.locator("[data-meanwhile]").count() == 0  # nobody was writing
    page.locator("#draft").fill("We look at it.")
    cast.writes("It works again!")
    page.evaluate(catch_up)
    line = page.locator("#composer [data-meanwhile]")
    line.wait_for()
    assert "Giulia Ferri wrote meanwhile." in line.inner_text()
    assert page.locator("[data-send]").is_enabled()
    line.locator("a").click()
    page.locator(".msg.is-found", has_text="It works again!").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#draft").fill("")
    line.wait_for(state="detached")
