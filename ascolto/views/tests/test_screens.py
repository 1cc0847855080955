"""The builder, the order of views and the bar, as plain pages: they work without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.conversations.models import Conversation, Label
from ascolto.testing.factories import Cast, make_customer, make_team
from ascolto.views import actions
from ascolto.views.conditions import read
from ascolto.views.forms import form_of, query_of_address
from ascolto.views.models import Arrangement, BulkChange, SavedView

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
LATE = read({"all": [{"field": "late", "op": "yes"}]})
FRAGMENT = {"HX-Request": "true"}
FORM = {
    "join": "all",
    "field-0": "status",
    "op-0": "is",
    "value-0": ["open"],
    "field-1": "late",
    "op-1": "yes",
    "link-1": "and",
    "field-2": "waiting",
    "op-2": "longer_than",
    "number-2": "2",
    "unit-2": "hours",
    "link-2": "or",
    "name": "Late ones",
    "icon": "clock",
    "sort": "promise",
    "scope": "personal",
}


def test_marco_builds_a_view_with_plain_forms(cast: Cast, as_: As) -> None:
    marco = as_(cast.marco)
    assert "New view" in marco.get("/views/new/").content.decode()
    more = marco.post("/views/new/", {**FORM, "do": "add"}).content.decode()
    assert 'name="field-3"' in more
    assert "Open conversations that either are late or else wait longer than 2 hours" in more
    less = marco.post("/views/new/", {**FORM, "do": "drop-2"}).content.decode()
    assert 'name="field-2"' not in less
    saved = marco.post("/views/new/", FORM)
    view = SavedView.objects.get()
    assert saved["Location"] == f"/?view={view.key}"
    assert view.query == {
        "all": [
            {"field": "status", "op": "is", "value": ["open"]},
            {
                "any": [
                    {"field": "late", "op": "yes"},
                    {"field": "waiting", "op": "longer_than", "value": "2 hours"},
                ]
            },
        ]
    }
    page = marco.get(f"/?view={view.key}").content.decode()
    assert "Late ones" in page


def test_a_script_gets_the_sentence_and_the_number_alone(cast: Cast, as_: As) -> None:
    cast.writes()
    told = as_(cast.marco).post("/views/build/", {**FORM, "field-1": "", "field-2": ""}, headers=FRAGMENT)
    page = told.content.decode()
    assert "<html" not in page
    assert "Open conversations." in page
    assert "1 conversation now" in page
    assert (
        "0 conversations now"
        in as_(cast.viktor)
        .post("/views/build/", {**FORM, "field-1": "", "field-2": ""}, headers=FRAGMENT)
        .content.decode()
    )


def test_what_is_incomplete_is_not_saved(cast: Cast, as_: As) -> None:
    answer = as_(cast.marco).post("/views/new/", {**FORM, "number-2": "soon"})
    assert answer.status_code == 422
    assert "no length of time" in answer.content.decode()
    assert as_(cast.marco).post("/views/new/", {**FORM, "name": " "}).status_code == 422
    assert as_(cast.marco).post("/views/new/", {**FORM, "scope": "everybody"}).status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x00", "\u202e" * 100, "😀" * 10_000, "-1", "9" * 400])
def test_wild_forms_break_nothing(cast: Cast, as_: As, text: str) -> None:
    marco = as_(cast.marco)
    for name in (
        "join",
        "field-0",
        "op-0",
        "value-0",
        "number-2",
        "unit-2",
        "name",
        "icon",
        "team",
        "do",
        "link-1",
    ):
        assert marco.post("/views/build/", {**FORM, name: text}, headers=FRAGMENT).status_code == 200
    assert marco.post("/views/bulk/", {"ids": [text], "verb": text}, headers=FRAGMENT).status_code in {
        200,
        422,
    }
    assert marco.post("/views/", {"do": f"up:{text}"}).status_code == 302
    assert marco.post("/views/seen/", {"number": text}).status_code == 404


def test_every_query_of_two_levels_goes_through_the_form(cast: Cast) -> None:
    for data in (
        {
            "all": [
                {"field": "late", "op": "yes"},
                {"any": [{"field": "late", "op": "no"}, {"field": "spam", "op": "yes"}]},
            ]
        },
        {
            "any": [
                {"all": [{"field": "late", "op": "no"}, {"field": "spam", "op": "yes"}]},
                {"field": "late", "op": "yes"},
            ]
        },
        {"all": [{"field": "created", "op": "before", "value": "2026-11-08"}]},
    ):
        from django.http import QueryDict

        from ascolto.views.forms import read_form

        sent = QueryDict(mutable=True)
        built = form_of(read(data))
        sent["join"] = built.join
        for n, row in enumerate(built.rows):
            assert row.field is not None
            sent[f"field-{n}"], sent[f"op-{n}"], sent[f"link-{n}"] = row.field.name, row.operator, row.link
            sent[f"number-{n}"], sent[f"unit-{n}"] = row.number, row.unit
            sent.setlist(f"value-{n}", list(row.chosen))
        again = read_form(sent)
        assert again.query is not None
        assert again.query.as_data() == data


def test_the_filters_of_a_list_are_kept_as_a_view(cast: Cast, as_: As) -> None:
    label = Label.objects.create(name="Refund")
    query = query_of_address(
        {
            "view": "mine",
            "channel": "email",
            "label": "Refund",
            "team": str(cast.care.pk),
            "urgency": "high",
            "q": "x",
        }
    )
    data = query.as_data()["all"]
    assert {"field": "assignee", "op": "is", "value": ["me"]} in data
    assert {"field": "channel", "op": "is", "value": ["email"]} in data
    assert {"field": "label", "op": "any_of", "value": [label.pk]} in data
    assert {"field": "urgency", "op": "is", "value": ["high", "urgent"]} in data
    assert "came by" not in as_(cast.marco).get("/views/new/?view=mine&channel=email").content.decode()


def test_marco_arranges_pins_hides_copies_and_removes(cast: Cast, as_: As) -> None:
    view = actions.save_view(by=cast.marco, name="Late ones", query=LATE)
    marco = as_(cast.marco)
    assert "Late ones" in marco.get("/views/").content.decode()
    for step in (f"up:{view.key}", "hide:public", f"pin:{view.key}"):
        assert marco.post("/views/", {"do": step}).status_code == 302
    mine = Arrangement.objects.get(agent=cast.marco)
    assert (mine.hidden, mine.pinned) == (["public"], [view.key])
    desk = marco.get("/").content.decode()
    assert 'data-view-link="public"' not in desk
    assert desk.index(f'data-view-link="{view.key}"') < desk.index('data-view-link="to_answer"')
    copied = marco.post(f"/views/{view.pk}/copy/")
    assert SavedView.objects.count() == 2
    assert marco.get(copied["Location"]).status_code == 200
    gone = marco.post(f"/views/{view.pk}/remove/")
    assert "was removed" in marco.get(gone["Location"]).content.decode()
    assert marco.get(f"/?view={view.key}").status_code == 404
    marco.post(f"/views/{view.pk}/restore/")
    assert marco.get(f"/?view={view.key}").status_code == 200


def test_nobody_opens_or_changes_a_view_that_is_not_theirs(cast: Cast, as_: As) -> None:
    view = actions.save_view(by=cast.marco, name="Late ones", query=LATE)
    viktor = as_(cast.viktor)
    assert viktor.get(f"/?view={view.key}").status_code == 404
    for path in ("", "copy/", "remove/", "restore/"):
        assert viktor.post(f"/views/{view.pk}/{path}", FORM).status_code in {404, 422}
    view.refresh_from_db()
    assert (view.name, view.removed_at) == ("Late ones", None)
    team = actions.save_view(by=cast.anna, name="Ours", query=LATE, scope="team", team=make_team("Care"))
    shown = as_(cast.marco).get(f"/views/{team.pk}/").content.decode()
    assert "Make a copy to change it" in shown
    assert as_(cast.marco).post(f"/views/{team.pk}/", FORM).status_code == 422


def test_many_are_changed_by_a_plain_form_and_taken_back(cast: Cast, as_: As) -> None:
    ids = [cast.writes(customer=make_customer(name)).pk for name in ("Luca Greco", "Paolo Ricci")]
    marco = as_(cast.marco)
    assert 'form="bulk"' in marco.get("/?choose=1").content.decode()
    done = marco.post(
        "/views/bulk/", {"ids": [*ids, 99], "verb": "label", "labels": ["Refund"], "new_label": "Vip"}
    )
    page = done.content.decode()
    assert "2 conversations changed" in page
    assert "1 was not changed" in page
    assert set(Label.objects.values_list("name", flat=True)) == {"Refund", "Vip"}
    batch = BulkChange.objects.get()
    assert marco.post(f"/views/bulk/{batch.pk}/undo/").status_code == 302
    assert not Conversation.objects.filter(labels__isnull=False).exists()
    assert as_(cast.viktor).post(f"/views/bulk/{batch.pk}/undo/").status_code == 404


def test_the_list_of_a_saved_view_costs_the_same_however_many_there_are(cast: Cast, as_: As) -> None:
    view = actions.save_view(by=cast.marco, name="Everything", query=read({"all": []}), sort="promise")
    marco = as_(cast.marco)

    def queries(path: str) -> int:
        marco.get(path)
        with CaptureQueriesContext(connection) as found:
            marco.get(path)
        return len(found)

    def write(count: int, begin: int = 0) -> None:
        for n in range(begin, begin + count):
            cast.writes(customer=make_customer(f"Luca {n}", ("email", f"luca{n}@example.org")))

    write(3)
    few = queries(f"/?view={view.key}")
    write(20, 3)
    assert queries(f"/?view={view.key}") == few
    assert queries(f"/rows/{Conversation.objects.first().pk}/?view={view.key}") < 20
