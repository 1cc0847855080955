"""A program reads the log of the house, if its person may."""

from __future__ import annotations

import pytest

from ascolto.accounts.actions import create_team, create_token, rename_team
from ascolto.accounts.models import Role
from ascolto.api.tests.conftest import Caller
from ascolto.testing.factories import make_agent

pytestmark = pytest.mark.django_db


def test_it_tells_who_changed_what_from_what_to_what_page_by_page() -> None:
    ada = make_agent("Ada Root", Role.ADMINISTRATOR)
    _token, secret = create_token(agent=ada, scopes=["log:read"])
    team = create_team(by=ada, name="Care")
    rename_team(by=ada, team=team, name="Customer care")
    caller = Caller(secret)
    page = caller.get("/log?type=team.&limit=1")
    (entry,) = page["data"]
    assert (entry["type"], entry["by"]) == ("team.changed", {"id": ada.pk, "name": "Ada Root"})
    assert entry["changes"] == {"name": ["Care", "Customer care"]}
    assert "changes" not in entry["data"]
    older = caller.get(f"/log?type=team.&limit=1&cursor={page['meta']['next_cursor']}")
    assert [row["type"] for row in older["data"]] == ["team.created"]
    assert caller.get(f"/log?by={ada.pk + 1000}")["data"] == []
    assert caller("GET", "/log?cursor=x").status_code in {400, 422}


def test_who_may_not_read_the_log_gets_no_key_for_it() -> None:
    from django.core.exceptions import ValidationError

    anna = make_agent("Anna Neri", Role.LEAD)
    with pytest.raises(ValidationError):
        create_token(agent=anna, scopes=["log:read"])
    _token, secret = create_token(agent=anna, scopes=["conversations:read"])
    assert Caller(secret)("GET", "/log").status_code == 403
