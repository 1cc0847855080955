"""{field:…} in what is written: the same in saved replies, macros and rules."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.automation.steps.step import Scene
from ascolto.automation.steps.texts import check_places, filled_for
from ascolto.customers.fields import archive_field, save_field, set_field_values
from ascolto.customers.models import CustomerField
from ascolto.directory.filling import fields_for
from ascolto.kit.clock import now
from ascolto.knowledge.actions.replies import create_reply
from ascolto.knowledge.filling import values_for
from ascolto.knowledge.selectors import replies_for
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
TEXT = "Ciao {first_name}, {field:plan} fino al {field:until}; carta: {field:paper}."


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    kinds = {"Plan": "multi", "Until": "date", "Paper": "yes_no", "Note": "text"}
    for name, kind in kinds.items():
        choices = ["Fibra", "TV"] if kind == "multi" else []
        save_field(by=cast.anna, field=CustomerField(), name=name, kind=kind, choices=choices)
    given = {"plan": ["Fibra", "TV"], "until": "2026-06-11", "paper": True, "note": "{agent} <b>"}
    set_field_values(by=cast.anna, customer=cast.giulia, given=given)
    return cast


def test_a_saved_reply_names_giulias_plan_in_the_words_of_its_language(cast: Cast) -> None:
    talk = cast.writes()
    italian, english = (values_for(cast.marco, talk, language) for language in ("it", "en"))
    assert italian["field:plan"] == "Fibra, TV"
    assert "giugno" in italian["field:until"].lower()
    assert "June" in english["field:until"]
    assert english["field:paper"] == "yes"
    create_reply(by=cast.marco, title="Plan", shortcut="plan", texts={"it": TEXT}, team=cast.care)
    told = replies_for(cast.marco, talk)
    assert "Fibra, TV fino al" in str(told)


def test_macros_and_rules_fill_in_the_same(cast: Cast) -> None:
    check_places(TEXT)
    said = filled_for(TEXT, Scene(conversation=cast.writes(), agent=cast.marco, at=now()), "en")
    assert said == "Ciao Giulia, Fibra, TV fino al June 11, 2026; carta: yes."


def test_what_a_field_holds_is_never_looked_at_again_and_what_nobody_knows_leaves_no_hole(cast: Cast) -> None:
    scene = Scene(conversation=cast.writes(), agent=cast.marco, at=now())
    assert filled_for("{field:note}", scene, "en") == "{agent} <b>"
    assert filled_for("Hi {field:never_made}, hello", scene, "en") == "Hi, hello"
    archive_field(by=cast.anna, field=CustomerField.objects.get(key="note"))
    assert filled_for("Hi {field:note}!", scene, "en") == "Hi!"


def test_all_fields_cost_one_query(cast: Cast) -> None:
    talk = cast.writes()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(fields_for(talk)) == 4
    assert len(asked) == 1
