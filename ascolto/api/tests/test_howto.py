"""docs/howto/use-the-api.md does what it says: every request in it is made, in its order."""

from __future__ import annotations

import re
from pathlib import Path

from ascolto.api.routing import BASE
from ascolto.api.tests.conftest import token_of
from ascolto.testing.factories import Cast, make_agent, make_team

HOWTO = Path(__file__).resolve().parents[3] / "docs" / "howto" / "use-the-api.md"
BLOCK = re.compile(r"^```http (\d+)\n(\w+) (\S+)\n(.*?)```$", re.MULTILINE | re.DOTALL)
SCOPES = ("conversations:write", "messages:write", "customers:read")


def test_every_request_of_the_howto_is_answered_as_it_says(cast: Cast) -> None:
    conversation, team = cast.writes(), make_team("Network", make_agent("Davide Serra"))
    text = HOWTO.read_text()
    for scope in SCOPES:
        assert f"--scope {scope}" in text
    for name, value in {
        "conversation": conversation.pk,
        "number": conversation.number,
        "team": team.pk,
    }.items():
        text = text.replace("{" + name + "}", str(value))
    caller, blocks = token_of(cast.marco, *SCOPES, "generation:write"), BLOCK.findall(text)
    assert len(blocks) == text.count("```http ") >= 10
    for status, method, path, rest in blocks:
        head, _, body = rest.partition("\n\n") if not rest.startswith("\n") else ("", "", rest[1:])
        headers = dict(line.split(": ") for line in head.splitlines() if line)
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        sent = body.strip().encode() if method != "GET" else None
        response = caller(method, path.removeprefix(BASE), sent, **named)
        assert response.status_code == int(status), (method, path, response.content)
