"""The list under the reader's eyes: nothing moves in a storm of changes; many are chosen and changed at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_conversation, make_customer
from ascolto.views.models import BulkChange

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SitDown = Callable[..., Any]
REFRESH = """async (ids) => {
  const address = performance.getEntriesByType('resource').find((one) => /desk\\/list[^/]*\\.js/.test(one.name)).name;
  const module = await import(address);
  await Promise.all(ids.map((id) => module.refreshRow(id)));
}"""
PLACES = """() => [...document.querySelectorAll('#rows > [data-id]')].map((row) => {
  const box = row.getBoundingClientRect();
  return [row.dataset.id, Math.round(box.top)];
}).filter(([, top]) => top >= 0 && top < 800)"""


def many(cast: Cast, count: int) -> list[int]:
    moment = now()
    people = [make_customer(f"Giulia {n:03}", ("email", f"giulia{n}@example.org")) for n in range(count)]
    made = [
        make_conversation(
            cast.inbox, f"Message {n}", customer=person, at=moment - timedelta(minutes=count - n)
        )
        for n, person in enumerate(people)
    ]
    for n, one in enumerate(made):
        Conversation.objects.filter(pk=one.pk).update(due_at=moment + timedelta(hours=1, minutes=n))
    return [one.pk for one in made]


def test_nothing_moves_under_the_eyes_in_a_storm_of_changes(cast: Cast, sit_down: SitDown) -> None:
    ids = many(cast, 40)
    page = sit_down(cast.marco)
    page.locator("#rows > [data-id]").nth(20).wait_for()
    held = page.locator(f"#row-{ids[5]}")
    held.hover()
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.closest('[data-id]').dataset.id")
    before = page.evaluate(PLACES)
    fresh = many_more(cast, 12)
    for step in range(5):
        for n, pk in enumerate(ids):
            due = now() + timedelta(minutes=30 + (n * 7 + step * 13) % 300)
            changes: dict[str, Any] = {"due_at": due, "preview": f"Changed {step}"}
            if n % 10 == 3:
                changes = {"status": "resolved", "due_at": None, "waiting_since": None}
            row = Conversation.objects.filter(pk=pk)
            row.update(version=row.get().version + 1, **changes)
        page.evaluate(REFRESH, ids + fresh)
    assert page.evaluate(PLACES) == before
    assert page.evaluate("document.activeElement.closest('[data-id]').dataset.id") == focused
    assert page.locator("#rows > .is-gone").count() > 0
    assert page.locator("#list-new").is_visible()
    assert "12" in page.locator("#list-new").inner_text()
    page.locator("#list-new").click()
    page.mouse.move(900, 400)
    page.locator(f"#row-{fresh[0]}").wait_for()
    page.locator("#list-new").wait_for(state="hidden")
    assert page.locator("#rows > .is-gone").count() == 0
    orders = page.evaluate(
        "[...document.querySelectorAll('#rows > [data-id]')].map((row) => Number(row.dataset.order))"
    )
    assert orders == sorted(orders)


def many_more(cast: Cast, count: int) -> list[int]:
    made = []
    for n in range(count):
        person = make_customer(f"Luca {n:03}", ("email", f"luca{n}@example.org"))
        one = make_conversation(cast.inbox, f"New {n}", customer=person)
        Conversation.objects.filter(pk=one.pk).update(due_at=now() + timedelta(minutes=20, seconds=10 * n))
        made.append(one.pk)
    return made


@pytest.mark.parametrize("new", [45, 120])
def test_very_many_that_wait_come_in_as_the_list_stands_now(cast: Cast, sit_down: SitDown, new: int) -> None:
    many(cast, 60)
    page = sit_down(cast.marco)
    page.locator("#rows > [data-id]").nth(20).wait_for()
    page.locator("#rows > [data-id]").nth(3).hover()
    fresh = many_more(cast, new)
    page.evaluate(REFRESH, fresh)
    page.locator("#list-new", has_text=f"{new} new").wait_for()
    page.locator("#list-new").click()
    page.mouse.move(900, 400)
    page.locator("#list-new").wait_for(state="hidden")
    page.wait_for_function("() => document.querySelectorAll('#rows > [data-id]').length >= 50")
    rows = "[...document.querySelectorAll('#rows > [data-id]')]"
    orders = page.evaluate(f"{rows}.map((row) => Number(row.dataset.order))")
    ids = page.evaluate(f"{rows}.map((row) => Number(row.dataset.id))")
    assert orders == sorted(orders)
    assert ids[:40] == fresh[:40]
    assert len(ids) == len(set(ids))
    if new == 120:  # between what is shown and what was loaded before stand rows that nobody loaded
        assert len(ids) < 60
        assert page.locator("#more").count() == 1


def test_a_calm_list_takes_what_is_new_at_once(cast: Cast, sit_down: SitDown) -> None:
    many(cast, 5)
    page = sit_down(cast.marco)
    page.locator("#rows > [data-id]").nth(4).wait_for()
    page.mouse.move(900, 400)
    fresh = many_more(cast, 1)
    page.evaluate(REFRESH, fresh)
    page.locator(f"#row-{fresh[0]}").wait_for()
    assert page.locator("#rows > [data-id]").first.get_attribute("data-id") == str(fresh[0])
    assert not page.locator("#list-new").is_visible()


def test_many_are_chosen_by_keys_changed_and_taken_back(cast: Cast, sit_down: SitDown) -> None:
    ids = many(cast, 6)
    page = sit_down(cast.marco)
    page.locator("#rows > [data-id]").nth(5).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("#bulk .bulk-verbs").wait_for()
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    page.locator("[data-bulk-count]", has_text="3 chosen").wait_for()
    page.locator("#bulk summary", has_text="Status").click()
    page.locator('#bulk [name="verb"][value="priority"]').click()
    page.locator(".toast", has_text="3 changed").wait_for()
    assert Conversation.objects.filter(pk__in=ids, priority=30).count() == 3
    page.locator(".toast button", has_text="Undo").click()
    page.locator(".toast", has_text="as before").wait_for()
    assert Conversation.objects.filter(pk__in=ids, priority=30).count() == 0
    assert BulkChange.objects.get().undone_at is not None


def test_all_of_a_view_are_chosen_and_refusals_are_told(cast: Cast, sit_down: SitDown) -> None:
    ids = many(cast, 60)
    page = sit_down(cast.marco, "/?view=all")
    page.locator("#rows > [data-id]").first.hover()
    page.locator("#rows > [data-id] .cv-pick").first.click()
    page.locator("[data-bulk-all]").click()
    page.locator("[data-bulk-count]", has_text="60 chosen").wait_for()
    page.locator("#bulk summary", has_text="Status").click()
    page.locator('#bulk [name="verb"][value="status"]').click()
    page.locator(".toast", has_text="60 changed").wait_for(timeout=30_000)
    assert Conversation.objects.filter(pk__in=ids, status="resolved").count() == 60
    assert len(BulkChange.objects.get().rows) == 60


def test_what_was_opened_is_not_new_any_more(cast: Cast, sit_down: SitDown) -> None:
    pk = many(cast, 1)[0]
    page = sit_down(cast.marco)
    row = page.locator(f"#row-{pk}.is-unread")
    row.wait_for()
    with page.expect_response("**/views/seen/"):
        row.locator("a").click()
    page.locator(f"#row-{pk}:not(.is-unread)").wait_for()
    page.reload()
    page.locator(f"#row-{pk}:not(.is-unread)").wait_for()


def test_the_list_is_walked_and_chosen_by_touch(cast: Cast, sit_down: SitDown) -> None:
    many(cast, 8)
    page = sit_down(cast.marco, width=390)
    page.locator("#list-menu > summary").click()
    page.locator("[data-choose]").click()
    page.locator("#bulk .bulk-verbs").wait_for()
    page.locator("#rows > [data-id] .cv-pick input").nth(1).check()
    page.locator("[data-bulk-count]", has_text="1 chosen").wait_for()
    box = page.locator("#bulk").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] > 600  # within reach of the thumb


def test_a_long_list_lets_go_of_what_lies_far_below_and_finds_it_again(cast: Cast, sit_down: SitDown) -> None:
    ids = many(cast, 260)
    page = sit_down(cast.marco)
    page.wait_for_function("() => document.querySelectorAll('#rows > [data-id]').length >= 50")
    for _ in range(12):
        page.evaluate(
            "() => { const pane = document.getElementById('list-scroll'); pane.scrollTop = pane.scrollHeight; }"
        )
        page.wait_for_timeout(150)
        if not page.locator("#more").count():
            break
    page.wait_for_function("() => document.querySelectorAll('#rows > [data-id]').length === 260")
    page.evaluate("() => { document.getElementById('list-scroll').scrollTop = 0; }")
    page.evaluate(REFRESH, ids[:1])
    page.wait_for_function("() => document.querySelectorAll('#rows > [data-id]').length === 150")
    assert page.locator("#more").count() == 1
    page.evaluate(
        "() => { const pane = document.getElementById('list-scroll'); pane.scrollTop = pane.scrollHeight; }"
    )
    page.wait_for_function("() => document.querySelectorAll('#rows > [data-id]').length >= 200")
    shown = page.evaluate(
        "() => [...document.querySelectorAll('#rows > [data-id]')].map((row) => Number(row.dataset.id))"
    )
    assert shown == ids[: len(shown)]
