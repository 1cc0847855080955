"""The templates of a channel over the API."""

from __future__ import annotations

from ascolto.api.tests.conftest import Caller
from ascolto.channels.models import ChannelTemplate
from ascolto.testing.factories import Cast


def test_templates_come_in_pages_by_language_and_status(cast: Cast, marco: Caller) -> None:
    for name, language, status in (
        ("a", "it", "APPROVED"),
        ("b", "it_IT", "PAUSED"),
        ("c", "en", "APPROVED"),
    ):
        ChannelTemplate.objects.create(
            account=cast.inbox,
            name=name,
            language=language,
            status=status,
            body="Ciao {{1}}",
            variables=[{"place": "body", "key": "1", "kind": "text", "example": "Giulia", "media": ""}],
            buttons=[{"kind": "url", "text": "Open", "value": "https://telvia.example"}],
        )
    path = f"/channels/{cast.inbox.pk}/templates"
    found = marco.get(f"{path}?language=it")
    assert [(row["name"], row["variables"][0]["example"]) for row in found["data"]] == [
        ("a", "Giulia"),
        ("b", "Giulia"),
    ]
    assert found["read_at"] is None
    first = marco.get(f"{path}?limit=1&status=APPROVED")
    second = marco.get(f"{path}?limit=1&status=APPROVED&cursor={first['meta']['next_cursor']}")
    assert [row["name"] for row in first["data"] + second["data"]] == ["a", "c"]
    assert second["meta"]["next_cursor"] is None
    assert marco.problem("GET", f"{path}?cursor=x").errors[0].field == "cursor"


def test_viktor_sees_no_templates_of_an_inbox_that_is_not_his(cast: Cast, viktor: Caller) -> None:
    assert viktor.problem("GET", f"/channels/{cast.inbox.pk}/templates").status == 404
