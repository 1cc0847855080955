"""The taxonomy of labels on its settings screen, and the list of blocked people."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.conversations import actions
from ascolto.conversations.labels import close_taxonomy, merge_labels, used_labels
from ascolto.conversations.models import Label, LabelWish
from ascolto.customers.models import Identity
from ascolto.customers.refusing import refuse_identity
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def browser(agent: object) -> Client:
    client = Client()
    client.force_login(agent)  # type: ignore[arg-type]
    return client


def test_anna_makes_renames_and_lays_aside_a_label_and_the_log_tells_it(cast: Cast) -> None:
    anna = browser(cast.anna)
    anna.post("/settings/labels/", {"name": "  line   fault ", "tone": "bad", "about": "The line is dead"})
    label = Label.objects.get()
    assert (label.name, label.tone, label.about) == ("line fault", "bad", "The line is dead")
    anna.post(f"/settings/labels/{label.pk}/", {"name": "fault", "tone": "warn", "scope": "conversations"})
    label.refresh_from_db()
    assert (label.name, label.tone, label.scope) == ("fault", "warn", "conversations")
    anna.post(f"/settings/labels/{label.pk}/archive/", {"archived": "1"})
    page = anna.get("/settings/labels/").content.decode()
    assert "Laid aside" in page
    told = Event.objects.filter(type="label.changed").first()
    assert told is not None
    assert told.data["changes"]["name"] == ["line fault", "fault"]
    again = anna.post("/settings/labels/", {"name": "FAULT"}, follow=True)
    assert "There is a label of this name" in again.content.decode()


def test_two_words_for_one_thing_become_one(cast: Cast) -> None:
    one = cast.writes("The line is dead.")
    actions.set_labels(agent=cast.marco, conversation=one, names=["fault", "faults"])
    fault, faults = Label.objects.get(name="fault"), Label.objects.get(name="faults")
    faults.customers.add(cast.giulia)
    merge_labels(by=cast.anna, source=faults, target=fault)
    assert [label.name for label in one.labels.all()] == ["fault"]
    assert [label.name for label in cast.giulia.labels.all()] == ["fault"]
    faults.refresh_from_db()
    assert faults.archived_at is not None


def test_where_the_words_are_closed_marco_may_only_wish(cast: Cast) -> None:
    one = cast.writes("The line is dead.")
    Label.objects.create(name="fault")
    Label.objects.create(name="vip", scope="customers")
    close_taxonomy(by=cast.anna, closed=True)
    actions.set_labels(agent=cast.marco, conversation=one, names=["fault", "brand new", "vip"])
    assert [label.name for label in one.labels.all()] == ["fault"]
    wish = LabelWish.objects.get()
    anna = browser(cast.anna)
    assert "brand new" in anna.get("/settings/labels/").content.decode()
    anna.post(f"/settings/labels/wishes/{wish.pk}/", {"granted": "1"})
    assert sorted(label.name for label in one.labels.all()) == ["brand new", "fault"]
    with pytest.raises(Refused):
        close_taxonomy(by=cast.marco, closed=False)


def test_a_label_that_was_laid_aside_stays_where_it_is_and_goes_nowhere_new(cast: Cast) -> None:
    one = cast.writes("The line is dead.")
    actions.set_labels(agent=cast.marco, conversation=one, names=["old"])
    Label.objects.update(archived_at="2026-01-01T00:00:00Z")
    actions.set_labels(agent=cast.marco, conversation=one, names=["old", "new"])
    assert sorted(label.name for label in one.labels.all()) == ["new", "old"]
    actions.set_labels(agent=cast.marco, conversation=one, names=["new"])
    actions.set_labels(agent=cast.marco, conversation=one, names=["new", "old"])
    assert [label.name for label in one.labels.all()] == ["new"]


def test_the_screen_costs_the_same_with_many_labels(cast: Cast) -> None:
    for number in range(3):
        Label.objects.create(name=f"a {number}")
    with CaptureQueriesContext(
        connection,
    ) as few:
        used_labels()
    for number in range(40):
        Label.objects.create(name=f"b {number}")
    with CaptureQueriesContext(connection) as many:
        assert len(used_labels()) == 43
    assert len(few) == len(many) == 3


def test_marco_unblocks_and_viktor_of_a_guest_role_sees_nothing(cast: Cast) -> None:
    identity = Identity.objects.filter(customer=cast.giulia).first()
    assert identity is not None
    refuse_identity(by=cast.marco, identity=identity, why="sells pills")
    marco = browser(cast.marco)
    assert "sells pills" in marco.get("/settings/blocked/").content.decode()
    marco.post(f"/settings/blocked/{identity.pk}/")
    identity.refresh_from_db()
    assert identity.refused_at is None
    assert marco.get("/settings/labels/").status_code == 403
