"""What stands on our own page may be hidden, shown again, liked and deleted, by the network's leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ascolto.channels.models import ChannelHealth
from ascolto.channels.protocol import Account, ErrorClass, Failure, SendRefused
from ascolto.conversations.models import Message
from ascolto.delivery.moderation import moderate, possible_verbs
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.testing.square import Square, the_square

pytestmark = pytest.mark.django_db


class Wall(Square):
    """A square with a wall that the company owns."""

    done: list[tuple[str, str]]
    refusal: Failure | None = None

    def moderate(self, account: Account, verb: str, external_id: str, extra: Mapping[str, Any]) -> None:
        if self.refusal is not None:
            raise SendRefused(self.refusal)
        self.done.append((verb, external_id))


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    with the_square(moderates=frozenset({"hide", "show", "like", "delete"})) as square:
        square.__class__ = Wall
        square.done = []  # type: ignore[attr-defined]
        yield square  # type: ignore[misc]


def posted(wall: Wall, **more: Any) -> Message:
    wall.tells(make_inbox("square"), wall.post("c1", "Rubbish!", **more))
    return Message.objects.get()


def test_a_comment_is_hidden_and_shown_again(wall: Wall) -> None:
    message, anna = posted(wall), make_agent("Anna Neri")
    message = moderate(agent=anna, message=message, verb="hide")
    assert possible_verbs(message) == ["show", "like", "delete"]
    message = moderate(agent=anna, message=message, verb="show")
    assert wall.done == [("hide", "c1"), ("show", "c1")]
    told = Event.objects.filter(type="message.moderated").order_by("id")
    assert [event.data["verb"] for event in told] == ["hide", "show"]


def test_what_is_deleted_there_stays_readable_here(wall: Wall) -> None:
    message = moderate(agent=make_agent(), message=posted(wall), verb="delete")
    assert (message.text, possible_verbs(message)) == ("", [])
    assert message.revisions.get().text == "Rubbish!"


def test_a_private_word_cannot_be_moderated(wall: Wall) -> None:
    with pytest.raises(Refused):
        moderate(agent=make_agent(), message=posted(wall, public=False), verb="hide")
    assert wall.done == []


def test_a_networks_no_is_told_and_nothing_is_noted(wall: Wall) -> None:
    message = posted(wall)
    wall.refusal = Failure(ErrorClass.REAUTH, "The permission pages_manage_engagement is missing.")
    with pytest.raises(Refused, match="pages_manage_engagement"):
        moderate(agent=make_agent(), message=message, verb="hide")
    message.refresh_from_db()
    assert "hidden" not in message.extra
    assert ChannelHealth.objects.get().error_class == "reauth"
