"""Anna reads the log: what it was, what it is, who, when, about which thing; and takes it along."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts import actions
from ascolto.accounts.models import Agent
from ascolto.channels.actions import change_settings
from ascolto.events.catalogue import CATALOGUE
from ascolto.events.changes import TEXT_LIMIT, changes_between
from ascolto.events.log import emit
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.kit.tables import safe_cell
from ascolto.testing.factories import make_agent, make_inbox, make_team
from ascolto.workspace.differences import differences

pytestmark = pytest.mark.django_db
plain = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
values = plain | st.lists(plain, max_size=2) | st.dictionaries(st.sampled_from("ab"), plain, max_size=2)
told = st.dictionaries(st.sampled_from(["name", "teams", "content", "x.y"]), values, max_size=3)
# events about customers and their conversations tell what changed in their own fields, and hold no second copy of people's data
NOT_SETTINGS = {"customer.changed", "commitment.changed", "planned_reply.changed", "problem.changed"}


def test_every_event_about_a_changed_setting_carries_what_it_was_and_is() -> None:
    about_settings = {name for name in CATALOGUE if name.endswith(".changed")} - NOT_SETTINGS
    assert {name for name in about_settings if "changes" not in CATALOGUE[name]} == set()


@given(told, told)
def test_changes_are_told_for_whatever_is_different_and_nothing_else(
    before: dict[str, object], after: dict[str, object]
) -> None:
    assert changes_between(before, before) == {}
    found = changes_between(before, after)
    assert all(name.partition(".")[0] in before.keys() | after.keys() or "." in name for name in found)
    assert all(isinstance(one.sentence, str) for one in differences(found))
    assert (
        changes_between(before, after, secret=before.keys() | after.keys()).keys()
        <= before.keys() | after.keys()
    )


def test_a_secret_is_only_said_to_have_changed_and_a_long_text_is_cut() -> None:
    assert changes_between({"key": "old"}, {"key": "new"}, secret={"key"}) == {"key": "changed"}
    told = changes_between({"text": ""}, {"text": "x" * 1_000_000})
    assert len(told["text"][1]) <= TEXT_LIMIT
    assert changes_between({"teams": ["A", "B"]}, {"teams": ["B", "C"]}) == {
        "teams": {"added": ["C"], "removed": ["A"]}
    }


def test_no_secret_of_an_inbox_comes_into_the_log(anna: Agent) -> None:
    inbox = make_inbox("whatsapp")
    change_settings(
        agent=anna,
        account=inbox,
        name="WhatsApp Care",
        values={"access_token": "a-very-secret-token", "app_secret": "another-secret"},
    )
    event = Event.objects.get(type="channel.changed")
    assert event.data["changes"]["access_token"] == "changed"
    assert event.data["changes"]["name"] == ["Telvia whatsapp", "WhatsApp Care"]
    for row in Event.objects.all():
        assert "secret" not in str(list(row.data.get("changes", {}).values()))


def test_the_page_says_from_what_to_what_and_links_to_the_thing(desk: Client, anna: Agent) -> None:
    team = make_team("Care")
    actions.rename_team(by=anna, team=team, name="Customer care")
    page = desk.get("/settings/log/").content.decode()
    assert "<del>Care</del>" in page
    assert "<ins>Customer care</ins>" in page
    assert f"/settings/teams/{team.pk}/" in page


def test_it_is_sieved_by_person_kind_thing_days_and_words(desk: Client, anna: Agent) -> None:
    marco, care, other = make_agent(), make_team("Care"), make_team("Other")
    Event.objects.all().delete()
    actions.rename_team(by=anna, team=care, name="Perché no")
    actions.rename_team(by=marco, team=other, name="Others")
    emit("company.set_up", at=now() - timedelta(days=40))

    def shown(query: str) -> set[str]:
        page = desk.get(f"/settings/log/?{query}").content.decode()
        return {word for word in ("Perché no", "Others", "finished the set-up") if word in page}

    assert shown("") == {"Perché no", "Others", "finished the set-up"}
    assert shown(f"who={marco.pk}") == {"Others"}
    assert shown("about=company.") == {"finished the set-up"}
    assert shown(f"thing=team:{care.pk}") == {"Perché no"}
    assert shown(f"until={(now() - timedelta(days=30)).date()}") == {"finished the set-up"}
    assert shown(f"since={(now() - timedelta(days=30)).date()}") == {"Perché no", "Others"}
    assert shown("q=perch%C3%A9") == {"Perché no"}
    assert shown("q=Marco") == {"Others"}
    assert "Nothing matches" in desk.get("/settings/log/?q=nowhere").content.decode()


@pytest.mark.parametrize(
    "query", ["q=%00", "since=9999-99-99", "until=9999-12-31", "thing=team:x", "who=%F0", "q=%25_\\"]
)
def test_odd_questions_are_answered(desk: Client, query: str) -> None:
    assert desk.get(f"/settings/log/?{query}").status_code == 200
    assert desk.get(f"/settings/log/export.csv?{query}").status_code == 200


def test_the_table_holds_the_same_lines_and_no_formula(desk: Client, anna: Agent) -> None:
    team = make_team("Care")
    actions.rename_team(by=anna, team=team, name='=HYPERLINK("evil")')
    answer = desk.get("/settings/log/export.csv?about=team.")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0]["who"] == "Anna Conti"
    assert "Care → =HYPERLINK" in rows[0]["changes"]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not safe_cell(text).lstrip().startswith(("=", "+", "-", "@"))


def test_a_page_of_the_log_costs_the_same_however_long_it_is(
    desk: Client, django_assert_max_num_queries: object
) -> None:
    make_team("Care")
    Event.objects.bulk_create(
        [Event(type="team.changed", data={"team": 1, "fields": ["name"]}) for _ in range(120)]
    )
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        desk.get("/settings/log/")
