"""docs/bot/{actions,external-bots}.md say what the product does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ascolto.accounts.models import Role
from ascolto.bot import posting
from ascolto.bot.actions.external_bots import create_bot
from ascolto.bot.external_events import message_created
from ascolto.bot.flow import Call
from ascolto.bot.reading import read_flow
from ascolto.conversations.models import Message
from ascolto.testing.factories import make_agent, make_cast

DOCS = Path(__file__).parents[3] / "docs" / "bot"
AROUND = """\
flow: test
title: {it: Prova}
languages: [it]
start: test_line
slots:
  customer_code: {type: code, ask: {it: "Codice?"}, again: {it: "Ancora?"}}
  line_state: {type: text, ask: {it: "Stato?"}, again: {it: "Ancora?"}}
nodes:
"""


def block(page: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_of_a_call_is_read() -> None:
    rest = '  tell:\n    say: {it: "Stato: {line_state}"}\n    next: person\n'
    flow, findings = read_flow(AROUND + block("actions.md", "yaml") + rest)
    assert findings == []
    assert flow is not None
    node = flow.nodes["test_line"]
    assert isinstance(node, Call)
    assert (node.action, node.timeout.total_seconds(), node.failed) == ("line_test", 5.0, "person")


@pytest.mark.django_db
def test_the_example_of_an_event_has_the_form_of_real_ones() -> None:
    cast = make_cast()
    sara = make_agent("Sara Galli", Role.ADMINISTRATOR)
    bot, *_ = create_bot(
        by=sara, account=cast.inbox, name="Linea", url="https://example.org", resolve=lambda h: []
    )
    posting.lately.forget()
    message = Message.objects.select_related("conversation__customer", "identity").get(
        conversation=cast.writes()
    )
    real = json.loads(message_created(bot, message))
    shown = json.loads(block("external-bots.md", "json"))
    assert shown.keys() <= real.keys()
    for part in ("sender", "conversation", "inbox", "account"):
        assert shown[part].keys() <= real[part].keys(), part
    posting.lately.forget()


@pytest.mark.django_db(transaction=True)
def test_the_loop_tells_external_bots() -> None:
    """The whole way: a customer writes, the loop of the bot hears it, the bot is told, and is late."""
    from ascolto.bot import external
    from ascolto.bot.models import BotErrand
    from ascolto.bot.worker import Following
    from ascolto.kit import http
    from ascolto.kit.clock import now
    from ascolto.testing.product import wait_for
    from ascolto.testing.systems import CompanySystem

    cast = make_cast()
    sara = make_agent("Sara Galli", Role.ADMINISTRATOR)
    with CompanySystem() as server, http.settings(allow_private=True), Following() as following:
        _, secret, _ = create_bot(
            by=sara, account=cast.inbox, name="Linea", url=server.url, resolve=lambda host: []
        )
        server.secrets = (secret,)
        posting.lately.forget()
        conversation = cast.writes()
        following.catch_up()
        wait_for(lambda: BotErrand.objects.filter(told_at__isnull=False).exists())
        assert server.heard[0].document["content"] == "My line has been dead since this morning."
        BotErrand.objects.update(due_at=now())
        external.forget_when()
        following.catch_up()
    conversation.refresh_from_db()
    assert not conversation.with_bot
    posting.lately.forget()
