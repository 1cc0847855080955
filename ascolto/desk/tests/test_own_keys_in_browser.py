"""Buttons say the key that this person chose, also those that come later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.testing.factories import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def test_marcos_buttons_name_his_own_keys(cast: Cast, sit_down: Callable[..., Any]) -> None:
    cast.marco.keys = {"e": "x", "a": "e"}
    cast.marco.save(update_fields=["keys"])
    talk = cast.writes()
    page = sit_down(cast.marco, f"/c/{talk.number}/")
    resolve = page.locator("#th-head button[data-key=resolve]")
    resolve.wait_for()
    assert resolve.get_attribute("title") == "Resolve  x"
    assert page.locator("#th-head [data-menu=assign] > summary").get_attribute("title") == "Assign  e"
    assert page.locator("#th-head [data-menu=labels] > summary").get_attribute("title") == "Labels  l"
    resolve.click()  # the head is drawn anew, twice
    page.locator("#th-head button[value=open][data-key], #th-head button[value=open]").first.wait_for(
        state="attached"
    )
    assert page.locator("#th-head [data-menu=assign] > summary").get_attribute("title") == "Assign  e"
