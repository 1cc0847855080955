"""What every adapter must pass, as a base class for its tests. Free of Django.

    class TestAcme(AdapterConformance):
        adapter = adapter                                   # the instance your adapter module exports
        values = {"secret": "s3cr3t"}                       # settings, as texts
        def genuine(self, body): return hook(body, {"x-acme-signature": sign(body)})

What follows from it:

* `fixtures/*` beside the adapter are deliveries of your own making; `fixtures/expected.json` tells what each yields, as
  `describe` writes it: `{"two-texts.json": ["Message:text", "Message:text"], "read.json": ["Receipt:read"]}`.
  Every fixture is listed, every one listed exists. They parse, in any order and twice, to equal and well-formed events.
* Collected deliveries in `<repository>/../shared/fixtures/<kind>` are parsed too where that folder exists; list in
  `not_deliveries` the prefixes of files there that are no deliveries (error answers, template definitions).
* JSON deliveries: every node is replaced by null, numbers, texts, lists and objects: `parse` never raises, and what it
  yields stays well formed, and every text in it is one that every database stores (`kit.text.clean`).
* Cut after every 50 bytes, not JSON, too deep, not an object: refused, with a 4xx.
* Forms (`json_bodies = False, form_bodies = True`): every field is left out, doubled and replaced by hostile texts; what is
  cut or names nothing is refused.
* Other deliveries (`json_bodies = False`, mails): the same cuts and flipped bytes must parse without an exception.
* Whoever asks at the hook address without knowing anything is refused, or answered, without an exception.
* A channel with hooks overrides `genuine`; with `signed = True` a flipped byte, a missing and a foreign signature are
  refused. A channel that polls, or whose doors are elsewhere in the product, sets `hooks = False`.
* Choices below a message are never lost: as many as the sheet says leave as buttons, each with its id and title (seen with
  `values_for`); more of them, and those of a channel without buttons, are numbered lines in the text.
* `outgoing()` may be overridden; with `values_for(base_url)` overridden the adapter is also sent against a network that
  refuses, limits, fails, hangs, breaks off and talks nonsense (`expected_failures` says what each must become); no
  reason tells a secret.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import random
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pytest

import ascolto
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ErrorClass,
    Handle,
    HookRequest,
    Inbound,
    Outgoing,
    RawDelivery,
    Refused,
    SendRefused,
    read_config,
)
from ascolto.kit import http
from ascolto.testing.conformance_choices import ChoicesConformance
from ascolto.testing.hostile import damages, form_mutations, mutations
from ascolto.testing.networks import OUTAGES, ScriptedNetwork
from ascolto.testing.wellformed import check_event, describe

__all__ = ["RECEIVED_AT", "AdapterConformance", "account_for", "check_event", "describe", "hook"]
RECEIVED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def hook(body: bytes, headers: Mapping[str, str] | None = None, **changed: Any) -> HookRequest:
    """A POST to the hook address."""
    url = "https://care.telvia.example/hooks/kind/token"
    request = HookRequest(method="POST", url=url, query={}, headers=dict(headers or {}), body=body)
    return dataclasses.replace(request, **changed)


def account_for(adapter: Adapter, values: Mapping[str, str], **changed: Any) -> Account:
    """A connected account of this channel, with tokens that only it can make."""

    def seal(text: str) -> str:
        return hmac.new(b"conformance", text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]

    def unsign(token: str) -> str | None:
        text, _, seen = token.rpartition(":")
        return text if hmac.compare_digest(seal(text).encode(), seen.encode("utf-8", "replace")) else None

    made = Account(
        id=1,
        kind=adapter.kind,
        name="Telvia",
        token="token",
        config=read_config(adapter.Config, values),
        sign=lambda text: f"{text}:{seal(text)}",
        unsign=unsign,
    )
    return dataclasses.replace(made, **changed)


class AdapterConformance(ChoicesConformance):
    """Subclass it in `tests/test_<kind>.py` of your adapter; see the module's text."""

    adapter: ClassVar[Adapter]
    values: ClassVar[Mapping[str, str]] = {}
    hooks: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    json_bodies: ClassVar[bool] = True
    form_bodies: ClassVar[bool] = False
    not_deliveries: ClassVar[tuple[str, ...]] = ()
    collected_in: ClassVar[str] = ""  # the folder of collected deliveries, where its name is not the kind
    expected_failures: ClassVar[Mapping[str, ErrorClass]] = {
        "refuses": ErrorClass.RETRY,
        "limits": ErrorClass.RETRY_AFTER,
        "fails": ErrorClass.RETRY,
        "unauthorised": ErrorClass.REAUTH,
        "hangs": ErrorClass.UNCERTAIN,
        "breaks off": ErrorClass.UNCERTAIN,
        "nonsense": ErrorClass.UNCERTAIN,
    }

    # --- what an adapter's tests tell ---

    def genuine(self, body: bytes) -> HookRequest:
        """A request with this body as the network would send it."""
        return hook(body)

    def delivery(self, name: str, content: bytes) -> RawDelivery:
        """The delivery that a fixture stands for."""
        headers = self.genuine(content).headers if self.hooks else {}
        kept = {key: value for key, value in headers.items() if key in self.adapter.kept_headers}
        return RawDelivery(
            body=content, headers=kept, received_at=RECEIVED_AT, source="hook" if self.hooks else "poll"
        )

    def values_for(self, base_url: str) -> Mapping[str, str] | None:
        """The settings of an account whose network is at `base_url`; None when the channel does not send over HTTP."""
        return None

    def outgoing(self) -> Outgoing:
        """An answer that the adapter would send without a complaint."""
        handle = Handle("phone", "+393471234567")
        return Outgoing(
            tracker="d-1", recipient=(handle,), text="Good morning Giulia, a technician is on the way."
        )

    # --- what follows from it ---

    @cached_property
    def account(self) -> Account:
        return account_for(self.adapter, self.values)

    @property
    def folder(self) -> Path:
        return Path(sys.modules[type(self.adapter).__module__].__file__ or "").parent

    def account_at(self, values: Mapping[str, str]) -> Account:
        return account_for(self.adapter, values)

    def own_fixtures(self) -> dict[str, bytes]:
        """The adapter's own deliveries by name."""
        files = sorted((self.folder / "fixtures").glob("*"))
        return {
            path.name: path.read_bytes() for path in files if path.is_file() and path.name != "expected.json"
        }

    def shared_fixtures(self) -> dict[str, bytes]:
        """Collected deliveries, beside the repository; empty where they are not."""
        place = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures"
        place /= self.collected_in or self.adapter.kind
        return {
            path.name: path.read_bytes()
            for path in sorted(place.glob("*"))
            if not path.name.startswith(self.not_deliveries or "\0")
        }

    def parse(self, name: str, content: bytes) -> list[Inbound]:
        """The events of a delivery, each one checked."""
        events = self.adapter.parse(self.account, self.delivery(name, content))
        for event in events:
            check_event(event)
        return events

    def accepts(self, request: HookRequest) -> bool:
        """Whether the adapter takes the request; a refusal must be a 4xx."""
        status = 200
        try:
            self.adapter.verify(self.account, request)
        except Refused as refusal:
            status = refusal.status
        assert status == 200 or 400 <= status < 500, f"refused with {status}"
        return status == 200

    def test_the_sheet_is_complete(self) -> None:
        assert (
            self.adapter.kind == self.folder.name.replace("_", "-") or self.adapter.kind == self.folder.name
        )
        assert self.adapter.label
        assert (self.folder / "icon.svg").is_file(), "the adapter has no icon.svg"
        per_second, burst = self.adapter.rate
        assert per_second > 0
        assert burst >= 1
        for item in dataclasses.fields(self.adapter.Config):
            assert item.metadata.get("label"), (
                f"the setting {item.name} has no label: declare it with setting(…)"
            )
            if any(word in item.name for word in ("secret", "password", "token")):
                assert item.metadata["secret"], (
                    f"the setting {item.name} must be sealed: setting(…, secret=True)"
                )

    def test_the_sheet_says_what_the_adapter_does(self) -> None:
        sheet, made = self.adapter.capabilities, type(self.adapter)
        publishes, sends = made.publish is not Adapter.publish, made.send is not Adapter.send
        assert publishes == (sheet.public and sheet.answers), (
            "public answers leave by `publish`, and only they"
        )
        assert sends or not (sheet.private and sheet.answers), "private answers leave by `send`"
        assert sheet.public or not (sheet.private_reply or sheet.moderates or sheet.public_limits)
        assert sends or sheet.private_reply in {"", "link"}, "a private reply leaves by `send`"
        assert (made.moderate is not Adapter.moderate) == bool(sheet.moderates)
        assert (made.poll is not Adapter.poll) == (self.adapter.polls_every is not None)
        assert (made.renew is not Adapter.renew) == (self.adapter.renews_every is not None)

    def test_every_fixture_yields_what_is_expected(self) -> None:
        expected = json.loads((self.folder / "fixtures" / "expected.json").read_text())
        found = {
            name: [describe(event) for event in self.parse(name, body)]
            for name, body in self.own_fixtures().items()
        }
        assert found == expected

    def test_collected_deliveries_are_parsed(self) -> None:
        collected = self.shared_fixtures()
        if not collected:
            pytest.skip("no folder ../shared/fixtures beside the repository")
        for name, content in collected.items():
            if self.hooks:
                assert self.accepts(self.genuine(content)), f"{name} was refused"
            assert self.parse(name, content), f"{name} yields nothing"

    def test_parsing_twice_and_in_any_order_gives_the_same(self) -> None:
        bodies = {**self.shared_fixtures(), **self.own_fixtures()}
        first = {name: self.parse(name, content) for name, content in bodies.items()}
        names = list(bodies) * 2
        random.Random(7).shuffle(names)
        for name in names:
            assert self.parse(name, bodies[name]) == first[name], name

    def test_hostile_changes_never_raise(self) -> None:
        for name, content in {**self.shared_fixtures(), **self.own_fixtures()}.items():
            for body in self._changed(content):
                if not self.hooks or self.accepts(self.genuine(body)):
                    self.parse(name, body)

    def _changed(self, content: bytes) -> Iterator[bytes]:
        is_document = content.lstrip()[:1] in {b"{", b"["}
        if self.json_bodies or (self.form_bodies and is_document):
            yield from self._mutated(content)
        elif self.form_bodies:
            yield from form_mutations(content)
        else:
            yield from damages(content)

    def _mutated(self, content: bytes) -> Iterator[bytes]:
        for document in mutations(json.loads(content)):
            if isinstance(document, dict) or not self.hooks:
                yield json.dumps(document).encode()

    def test_a_genuine_delivery_is_accepted(self) -> None:
        self._needs_hooks()
        for name, content in self.own_fixtures().items():
            assert self.accepts(self.genuine(content)), f"{name} was refused"

    def test_a_delivery_of_somebody_else_is_refused(self) -> None:
        self._needs_hooks()
        if not self.signed:
            pytest.skip("this channel does not sign its deliveries")
        for content in self.own_fixtures().values():
            request = self.genuine(content)
            for place in range(0, len(content), max(1, len(content) // 40)):
                flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
                assert not self.accepts(dataclasses.replace(request, body=flipped))
            foreign = {
                key: value[:-1] + ("0" if value[-1:] != "0" else "1")
                for key, value in request.headers.items()
            }
            assert not self.accepts(dataclasses.replace(request, headers=foreign))
            garbled = dict.fromkeys(request.headers, "sha256=è\x00")
            assert not self.accepts(dataclasses.replace(request, headers=garbled))
            assert not self.accepts(dataclasses.replace(request, headers={}))

    def test_a_truncated_delivery_is_refused_whoever_signed_it(self) -> None:
        self._needs_hooks()
        if not (self.json_bodies or self.form_bodies):
            pytest.skip("any bytes are a delivery of this channel")
        for content in self.own_fixtures().values():
            whole = self.genuine(content)
            for cut in range(0, len(content.rstrip()) - 1, 50):
                if not self.form_bodies:  # half a form is a form: only its signature tells
                    assert not self.accepts(self.genuine(content[:cut])), f"accepted {cut} bytes of JSON"
                if self.signed:
                    assert not self.accepts(dataclasses.replace(whole, body=content[:cut]))

    def test_what_is_no_json_is_refused_and_json_of_another_shape_is_kept(self) -> None:
        self._needs_hooks()
        if not self.json_bodies:
            pytest.skip("any bytes are a delivery of this channel")
        deep = b'{"entry":' * 50_000 + b"1" + b"}" * 50_000
        for body in (
            b"",
            b"\xff\xfe",
            b"<xml/>",
            b"[" * 100_000,
            deep,
            b'{"a":' + b"9" * 9000,
        ):
            assert not self.accepts(self.genuine(body)), f"accepted {body[:40]!r}"
        for body in (b"null", b"7", b'"text"', b"[]", b"[[1]]"):
            assert self.accepts(self.genuine(body)), f"refused {body!r}"

    def test_a_form_that_names_nothing_is_refused(self) -> None:
        if not self.form_bodies:
            pytest.skip("this channel sends no forms")
        for body in (b"", b"\xff\xfe", b"<xml/>", b"&&&&", b"a=1&b=2", b"=" * 70_000, b"a=1&" * 50_000):
            assert not self.accepts(self.genuine(body)), f"accepted {body[:40]!r}"

    def test_a_stranger_who_asks_at_the_door_is_told_no_politely(self) -> None:
        self._needs_hooks()
        for query in (
            {},
            {"hub.mode": "subscribe"},
            {"hub.challenge": "x" * 5000},
            {"crc_token": "\x00è\ud800"},
        ):
            request = hook(b"", method="GET", query=query)
            status = 400
            try:
                status = self.adapter.handshake(self.account, request).status
            except Refused as refusal:
                status = refusal.status
            assert 200 <= status < 500

    def _secrets(self, values: Mapping[str, str]) -> list[str]:
        """The settings that must never be repeated; too short ones could be part of any word."""
        fields = dataclasses.fields(self.adapter.Config)
        secret = [item.name for item in fields if item.metadata.get("secret")]
        return [name for name in secret if len(values.get(name, "")) > 5]

    def _needs_hooks(self) -> None:
        if not self.hooks:
            pytest.skip("this channel takes no deliveries by hook")

    @pytest.mark.parametrize("outage", OUTAGES)
    def test_an_outage_is_named_for_what_it_is(self, outage: str) -> None:
        with ScriptedNetwork() as network, http.settings(read_timeout=0.2, connect_timeout=0.5):
            values = self.values_for(network.url)
            if values is None:
                pytest.skip("this channel does not send over HTTP")
            network.begin(outage)
            with pytest.raises(SendRefused) as refusal:
                self.adapter.send(account_for(self.adapter, values), self.outgoing())
        failure = refusal.value.failure
        assert failure.error is self.expected_failures[outage], failure
        assert failure.reason, "the agent must be told a reason"
        for name in self._secrets(values):
            assert values[name] not in failure.reason, f"the reason tells the secret {name}"
        if failure.error is ErrorClass.RETRY_AFTER:
            assert failure.retry_after == 7
