"""What the automatic assistant wrote, as people at the desk and machines at the API read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Author, Message
from ascolto.conversations.rating import rate
from ascolto.testing.factories import Cast

As = Callable[..., Client]
MENU = [{"id": "fault", "title": "A fault <b>now</b>"}, {"id": "bill", "title": "My bill"}]


def asks(cast: Cast, **more: Any) -> Message:
    conversation = cast.writes("Hello?")
    return add_reply(
        agent=None, author=Author.BOT, conversation=conversation, text="What is it about?", **more
    )


def bubble(cast: Cast, as_: As, message: Message) -> str:
    number = message.conversation.number
    return as_(cast.marco).get(f"/c/{number}/messages/{message.pk}/").content.decode()


def test_marco_sees_a_robot_with_its_name_and_what_it_offered(cast: Cast, as_: As) -> None:
    drawn = bubble(cast, as_, asks(cast, choices=MENU))
    assert "bubble-bot" in drawn
    assert re.search(r'class="av av-bot" data-t=""', drawn)
    assert "<b>Automatic assistant</b>" in drawn
    assert '<li class="badge">A fault &lt;b&gt;now&lt;/b&gt;</li><li class="badge">My bill</li>' in drawn
    assert "<button" not in drawn.partition('class="offered"')[2].partition("</ul>")[0]
    assert ">Automatic<" not in drawn


def test_what_the_system_says_is_not_the_assistants(cast: Cast, as_: As) -> None:
    message = add_reply(agent=None, conversation=cast.writes("Hello?"), text="We have got your message.")
    drawn = bubble(cast, as_, message)
    assert "Automatic assistant" not in drawn
    assert "offered" not in drawn


def test_marco_reads_whether_it_helped(cast: Cast, as_: As) -> None:
    message = asks(cast, ratable=True)
    assert "The customer says" not in bubble(cast, as_, message)
    for good, words in ((True, "this helped"), (False, "this did not help")):
        assert rate(message.pk, "v-giulia", good)
        assert f"The customer says: {words}" in bubble(cast, as_, message)


def test_rubbish_where_choices_should_be_harms_nobody(cast: Cast, as_: As) -> None:
    message = asks(cast)
    for rubbish in (7, "x", {"id": 1}, [None, [], {"id": "a\n", "title": "x"}, {"title": "y"}]):
        message.extra = {"choices": rubbish, "helped": "yes"}
        message.save()
        assert "offered" not in bubble(cast, as_, message)


def test_a_bot_leaves_the_conversation_waiting_for_a_person(cast: Cast, as_: As) -> None:
    conversation = asks(cast).conversation
    conversation.refresh_from_db()
    assert conversation.waiting_since is not None
    assert conversation.assignee is None
    assert conversation.preview == "Hello?"
