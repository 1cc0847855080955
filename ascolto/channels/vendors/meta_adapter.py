"""What the adapters of Facebook, Messenger and Instagram do alike: one app, one hook address, many pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from ascolto.channels.protocol import (
    Account,
    Adapter,
    HookAnswer,
    HookRequest,
    Ignored,
    Inbound,
    Malformed,
    RawDelivery,
    Unsupported,
)
from ascolto.channels.reading import check_body, read_body, text_of
from ascolto.channels.vendors import meta

Entry = Mapping[str, Any]


class MetaAdapter(Adapter):
    """An account of one of Meta's products behind the app's one hook address. A subclass reads the entries that are its own."""

    object_name: ClassVar[str]  # what a delivery of this product calls itself

    id_setting: ClassVar[str] = "page_id"  # the setting that says whose entries are ours

    def own_id(self, config: Any) -> str:
        """The id of the page or account whose entries are ours."""
        return str(getattr(config, self.id_setting))

    def takes(self, entry: Entry) -> bool:
        """Whether an entry of our own holds what this product is for."""
        raise NotImplementedError

    def read_entry(self, account: Account, entry: Entry, received_at: datetime) -> Iterator[Inbound]:
        """What an entry of our own tells."""
        raise NotImplementedError

    def hook_group(self, config: Any) -> str:
        return meta.hook_group(config.app_secret)

    def handshake(self, account: Account, request: HookRequest) -> HookAnswer:
        return meta.answer_handshake(account.config.verify_token, request)

    def verify(self, account: Account, request: HookRequest) -> None:
        meta.check_signature(account.config.app_secret, request)
        check_body(request.body)

    def concerns(self, account: Account, body: bytes) -> bool:
        try:
            document = read_body(body)
        except Malformed:
            return False
        own = self.own_id(account.config)
        return self._is_ours(document) and any(
            meta.is_for(entry, own) and self.takes(entry) for entry in meta.entries_of(document)
        )

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_body(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        if not self._is_ours(document):
            return [Unsupported(what=f"a delivery for {text_of(document.get('object'), 60)}")]
        entries = list(meta.entries_of(document))
        if not any(meta.is_for(entry, self.own_id(account.config)) for entry in entries):
            found = [
                event for entry in entries for event in self._read_stray(account, entry, raw.received_at)
            ]
        else:
            found = [event for entry in entries for event in self._read_any(account, entry, raw.received_at)]
        return found or [Unsupported(what=f"nothing readable for {self.label}")]

    def _is_ours(self, document: Mapping[str, Any]) -> bool:
        return text_of(document.get("object"), 60) in {self.object_name, ""}

    def _read_stray(self, account: Account, entry: Entry, received_at: datetime) -> list[Inbound]:
        """An entry of a page that no inbox names (a number mistyped, a page added to the app): better heard here than lost."""
        config = dataclasses.replace(
            account.config, **{self.id_setting: text_of(entry.get("id"), 100).strip()}
        )
        return self._read_any(dataclasses.replace(account, config=config), entry, received_at)

    def _read_any(self, account: Account, entry: Entry, received_at: datetime) -> list[Inbound]:
        if not meta.is_for(entry, self.own_id(account.config)):
            return [Ignored(what="for another page")]
        found = list(self.read_entry(account, entry, received_at))
        return found or [Unsupported(what="an entry without anything in it")]
