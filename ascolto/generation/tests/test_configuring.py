"""Where the server may be, and what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from ascolto.events.models import Event
from ascolto.generation.actions.configure import describe, switch
from ascolto.generation.models import ModelServer
from ascolto.testing.factories import make_agent

pytestmark = pytest.mark.django_db


NAMES = {
    "models.example": ["93.184.216.34"],
    "sneaky.example": ["93.184.216.34", "10.0.0.1"],
    "inside.example": ["10.0.0.7"],
}


def outside(host: str) -> list[str]:
    return NAMES.get(host, [])


@pytest.fixture
def olga():
    return make_agent("Olga Fini", "administrator")


@pytest.mark.parametrize(
    "address",
    ["http://models.example", "https://inside.example", "https://sneaky.example", "https://nowhere.example", "https://u:p@models.example",
     "https://models.example/?key=1", "models.example", "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_would_leak_or_look_inside_is_refused(olga, address) -> None:
    with pytest.raises(ValidationError) as refused:
        describe(by=olga, values={"base_url": address, "model": "m"}, resolve=outside)
    assert "base_url" in refused.value.message_dict
    assert ModelServer.current().base_url == ""


@pytest.mark.parametrize(
    ("address", "own"),
    [("https://models.example", False), ("http://inside.example:8000", True), ("http://127.0.0.1:1", True)],
)
def test_an_address_outside_needs_https_and_one_inside_its_tick(olga, address, own) -> None:
    describe(by=olga, values={"base_url": address, "model": "m", "is_own_network": own}, resolve=outside)
    assert ModelServer.current().base_url == address


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_limit", 1),
        ("time_limit", 600),
        ("places", 0),
        ("keep_days", 0),
        ("keep_days", 4000),
        ("model", "m" * 300),
    ],
)
def test_limits_have_limits(olga, name, value) -> None:
    with pytest.raises(ValidationError):
        describe(by=olga, values={name: value}, resolve=outside)


@pytest.mark.parametrize(
    ("key", "headers"), [("a key", None), ("kèy", None), (None, "Host: x"), (None, "nothing")]
)
def test_keys_and_headers_that_cannot_be_sent_are_refused(olga, key, headers) -> None:
    with pytest.raises(ValidationError):
        describe(by=olga, values={}, api_key=key, headers=headers, resolve=outside)


def test_what_is_not_described_cannot_be_switched_on_and_what_is_on_not_emptied(olga) -> None:
    with pytest.raises(ValidationError):
        switch(by=olga, on=True)
    describe(by=olga, values={"base_url": "https://models.example", "model": "m"}, resolve=outside)
    switch(by=olga, on=True)
    with pytest.raises(ValidationError):
        describe(by=olga, values={"base_url": ""}, resolve=outside)
    assert ModelServer.current().is_enabled


def test_changes_are_in_the_log_and_the_key_is_not(olga) -> None:
    describe(
        by=olga,
        values={"base_url": "https://models.example", "model": "m"},
        api_key="sk-very-secret",
        resolve=outside,
    )
    event = Event.objects.get(type="language_model.changed")
    assert event.data["fields"] == ["api_key", "base_url", "model"]
    assert "very-secret" not in str(event.data)
    describe(by=olga, values={"model": "m"}, resolve=outside)
    assert Event.objects.filter(type="language_model.changed").count() == 1
