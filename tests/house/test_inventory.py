"""The personal-data inventory is complete: nothing reaches a customer that erasing does not know."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from ascolto.directory.privacy.inventory import NOBODY, PLACES, Deed

ROOMS = {"customers", "conversations"}
NUMBERS = {
    "customer_id",
    "conversation_id",
    "customer",
    "conversation",
    "message_id",
}  # ways without a foreign key
LISTED = {place.model for place in PLACES} | NOBODY


def reaches(model: Any) -> list[str]:
    """The fields by which a model reaches a customer, a handle, a conversation or a message."""
    related = [
        field.name
        for field in model._meta.get_fields()
        if not field.auto_created
        and field.related_model is not None
        and field.related_model._meta.app_label in ROOMS
    ]
    numbers = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.BigIntegerField) and field.name in NUMBERS
    ]
    return related + numbers


def of_the_house() -> list[Any]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model.__module__.startswith("ascolto.")]


def test_every_model_that_reaches_a_customer_is_in_the_inventory() -> None:
    missing = {
        model._meta.label: ways
        for model in of_the_house()
        if ((ways := reaches(model)) or model._meta.app_label in ROOMS) and model._meta.label not in LISTED
    }
    assert not missing, f"add these to ascolto/directory/privacy/inventory.py: {missing}"


def test_documents_of_such_models_are_emptied_or_gone() -> None:
    """A JSON field may hold anything: where the row stays, the document is emptied, or is told apart here."""
    harmless = {
        "sla.SlaClock.steps_done",  # numbers of steps
        "conversations.ConversationMerge.moved",  # ids
        "conversations.ConversationMerge.before",  # states and ids
        "customers.CustomerMerge.moved",  # ids
        "understanding.Reading.probabilities",
        "understanding.Reading.unsure",
        "understanding.Reading.versions",
        "understanding.Reading.corrected",
        "directory.Erasure.report",  # counts
    }
    left = []
    for place in PLACES:
        if place.deed not in {Deed.KEEP, Deed.EMPTY}:
            continue
        for field in apps.get_model(place.model)._meta.concrete_fields:
            name = f"{place.model}.{field.name}"
            if (
                isinstance(field, models.JSONField)
                and field.name not in place.empties
                and name not in harmless
            ):
                left.append(name)
    assert not left


@pytest.mark.django_db
@pytest.mark.parametrize(
    "place", [place for place in PLACES if place.by], ids=lambda place: f"{place.model} by {place.by}"
)
def test_the_way_to_the_customer_is_a_query_and_what_is_emptied_is_there(place: Any) -> None:
    model = apps.get_model(place.model)
    names = {field.name for field in model._meta.concrete_fields}
    assert set(place.empties) <= names
    assert model._default_manager.filter(**{f"{place.by}__in": [0]}).count() == 0


def test_nothing_is_listed_that_is_not_there() -> None:
    known = {model._meta.label for model in of_the_house()}
    assert {place.model for place in PLACES} <= known
