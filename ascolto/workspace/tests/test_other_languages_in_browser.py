"""In a made-up language, longer than any and written right to left: nothing is left in English, and nothing runs out of the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ascolto.accounts.actions import change_agent, create_role, rename_team
from ascolto.accounts.models import Role
from ascolto.testing.factories import PASSWORD, make_agent, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGE = "ar"
SCREENS = (
    "/settings/",
    "/settings/?q=x",
    "/settings/roles/",
    "/settings/roles/{role}/",
    "/settings/people/",
    "/settings/people/{person}/",
    "/settings/people/{person}/close/",
    "/settings/people/import/",
    "/settings/appearance/?accent=%23b00020",
    "/settings/log/",
    "/settings/profile/",
    "/settings/company/",
    "/settings/teams/",
    "/",
)
# text on the page that nobody marked for translation; what people wrote and how things are called is nobody's to translate
UNMARKED = """
(data) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim(), parent = node.parentElement;
    if (!/[A-Za-z]{3,}/.test(text) || /[⟦⟧]/.test(text) || data.some((known) => text.includes(known))) continue;
    if (parent.closest("script, style, code, kbd, pre, svg, textarea, select[name=time_zone], [lang], time, [translate=no]")) {
      if (!parent.closest("[lang]") || parent.closest("[lang]") !== document.documentElement) continue;
    }
    if (!parent.checkVisibility()) continue;
    found.add(text.slice(0, 60));
  }
  return [...found];
}
"""


@pytest.fixture
def site(live_server: Any, settings: Any, tmp_path: Path) -> str:
    from tools.pseudo import write_pseudo

    write_pseudo(tmp_path, LANGUAGE)
    settings.ALLOWED_HOSTS = ["*"]
    settings.LANGUAGES = [*settings.LANGUAGES, (LANGUAGE, "Arabic")]
    settings.LOCALE_PATHS = [tmp_path]
    return str(live_server.url)


@pytest.mark.parametrize("width", [390, 1440])
def test_every_screen_holds_in_a_longer_language_from_right_to_left(site: str, page: Any, width: int) -> None:
    cast = make_cast()
    anna = make_agent("Olga Fini", Role.ADMINISTRATOR, language=LANGUAGE)
    role = create_role(by=anna, name="Turno di notte", permissions=["conversations.reply"])
    change_agent(by=anna, agent=cast.viktor, role=f"custom:{role.pk}")
    rename_team(by=anna, team=cast.marco.teams.get(), name="Assistenza")
    cast.writes("La linea non va")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/sign-in/?next=/settings/")
    page.fill("[name=email]", anna.email)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("body.signed-in").wait_for()
    wrong = {}
    for screen in SCREENS:
        address = screen.format(role=role.pk, person=cast.marco.pk)
        page.goto(site + address)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        unmarked = page.evaluate(UNMARKED, DATA)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if shots := os.environ.get("SHOTS_OF_SCREENS"):  # to be looked at
            name = address.strip("/").replace("/", "-").replace("?", "-") or "desk"
            page.screenshot(path=f"{shots}/{name}-{width}.png")
        if unmarked or wide > 0:
            wrong[address] = (unmarked, wide)
    assert wrong == {}


DATA = [
    "Olga", "Fini", "Marco", "Anna", "Viktor", "Giulia", "Telvia", "telvia.example", "Turno di notte", "Assistenza", "La linea", "Ascolto",
    "Italiano", "English", "Other", "Care", "Billing", "Warehouse", "Enter",
]  # fmt: skip
