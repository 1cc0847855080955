"""The asynchronous door of the product asks a flow in a thread, and has the delivery before the caller hears the answer."""

from __future__ import annotations

import json

import pytest

from ascolto.bot.calling.tests.test_calls import CARE
from ascolto.bot.models import Dialogue
from ascolto.channels.actions import connect
from ascolto.channels.adapters.asterisk import wire
from ascolto.intake.selectors import count_waiting
from ascolto.kit.clock import now
from ascolto.kit.remembering import forget_all
from ascolto.realtime.edge import Edge
from ascolto.realtime.tests.test_edge import Wire, with_edge
from ascolto.testing.dialogues import post_flow
from ascolto.testing.factories import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "a-long-secret-of-the-listener"
CALL = {"id": "pbx1-1.7", "from": "3471234567", "name": "Giulia Conti", "to": "02", "withheld": False}


def test_a_call_is_answered_by_its_flow_and_kept() -> None:
    make_cast()
    inbox = connect(
        kind="asterisk",
        name="Telephone",
        values={"secret": SECRET, "languages": "it", "agents": "PJSIP/desk"},
    )
    post_flow(inbox, CARE)

    async def knock(edge: Edge, event: dict[str, object]) -> dict[str, object]:
        body = json.dumps(event).encode()
        headers = {name.replace("-", "_"): value for name, value in wire.signed(SECRET, body, now()).items()}
        request = Wire(f"/hooks/asterisk/{inbox.token}", body, **headers)
        await edge(request.scope, request.receive, request.send)
        assert request.status == 200
        told: dict[str, object] = json.loads(request.body)
        return told

    async def story(edge: Edge) -> None:
        first = await knock(edge, {"event": "turn", "call": CALL, "state": {}, "heard": {}})
        assert first["state"] == {"step": "flow", "turn": "1", "lang": "it"}
        assert first["then"] == {"do": "ask", "most": 1, "seconds": 6}
        rung = await knock(
            edge, {"event": "turn", "call": CALL, "state": first["state"], "heard": {"digits": "0"}}
        )
        assert rung["then"] == {"do": "connect", "to": "PJSIP/desk", "seconds": 30}

    with_edge(story)
    assert count_waiting() == 2
    assert Dialogue.objects.get().call == CALL["id"]
    forget_all()
