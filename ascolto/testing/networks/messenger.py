"""A stand-in for Messenger: people who write to a page in private, and the Send API that takes the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.channels.capabilities import Counting
from ascolto.testing.networks.city import Person
from ascolto.testing.networks.graph_messaging import MessagingNetwork

PAGE = "101275806400438"


class MessengerNetwork(MessagingNetwork):
    """The private side of a page. `open_thread` is what a private answer to a comment does in the city."""

    kind = "messenger"
    object_name = "page"
    longest = 2000
    counting = Counting.CHARACTERS
    window_subcode = 2018278
    prefix = "m_"

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.page_id = settings.get("page_id", PAGE)

    @property
    def own_id(self) -> str:
        return self.page_id

    @property
    def settings(self) -> dict[str, str]:
        more = {"human_agent": "yes"} if self.human_agent else {}
        return {**super().settings, "page_id": self.page_id, **more}

    def open_thread(self, person: Person, message: Mapping[str, Any], comment: str) -> dict[str, str]:
        """The page answers somebody's comment in private: until they write back, this is all it may say."""
        known = next((p for p in self.people if p.data.get("facebook") == person.id), None)
        if known is None:
            known = self.add_person(person.name)
            known.data["facebook"] = person.id
        return self.took_for(known, str(message["text"]), message=message, answers=comment)
