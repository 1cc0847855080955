"""Outside the page: a push that only that browser can read, and a mail with what somebody missed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation
from ascolto.events.consumers import feed_all
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.notifications import actions, worker
from ascolto.notifications.kinds import KINDS
from ascolto.notifications.models import Notification, PushKey, PushSubscription, Wishes
from ascolto.notifications.push import decode, encode
from ascolto.routing.models import Presence
from ascolto.testing.factories import Cast, make_cast
from ascolto.testing.networks import LocalServer

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = encode(b"sixteen bytes ok")


@dataclass
class PushService:
    """The other side: a push service, and the browser whose key it has."""

    address: str = ""
    status: int = 201
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def subscription(self, agent: Agent) -> PushSubscription:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PushSubscription.objects.create(
            agent=agent, endpoint=f"{self.address}/wake/1", public_key=encode(point), secret=SECRET
        )

    def read(self, body: bytes) -> dict[str, str]:
        opened: dict[str, str] = json.loads(
            http_ece.decrypt(body, private_key=self.key, auth_secret=decode(SECRET), version="aes128gcm")
        )
        return opened


@pytest.fixture
def service() -> Iterator[PushService]:
    made = PushService()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(made.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Quiet."""

    with LocalServer(Door) as server, http.settings(allow_private=True):
        made.address = server.url
        yield made


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def awake(agent: Agent) -> None:
    Wishes.objects.update_or_create(agent=agent, defaults={"is_quiet_at_night": False})


def give_to_marco(cast: Cast) -> Conversation:
    conversation = cast.writes("My card number is 4111 1111 1111 1111.")
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    feed_all()
    return conversation


def test_a_push_is_readable_by_that_browser_alone_and_says_nothing_the_customer_wrote(
    cast: Cast, service: PushService
) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    give_to_marco(cast)
    assert worker.ring_some() == 1
    assert worker.ring_some() == 0
    headers, body = service.taken[0]
    assert b"Giulia" not in body
    told = service.read(body)
    assert "Giulia Ferri" in told["title"]
    assert "4111" not in json.dumps(told)
    assert told["url"].startswith("/notifications/")
    assert headers["content-encoding"] == "aes128gcm"
    assert int(headers["ttl"]) > 0


def test_the_push_service_can_tell_that_it_is_us(cast: Cast, service: PushService) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    give_to_marco(cast)
    worker.ring_some()
    token, key = (part.split("=", 1)[1] for part in service.taken[0][0]["authorization"][6:].split(", "))
    point = decode(key)
    public = ECKey.import_key(
        {"kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}
    )
    claims = jwt.decode(token, public).claims
    assert claims["aud"] == service.address
    assert 0 < claims["exp"] - now().timestamp() <= 24 * 3600
    assert PushKey.objects.get().public == key


def test_the_private_key_is_sealed(cast: Cast, service: PushService) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    give_to_marco(cast)
    worker.ring_some()
    assert PushKey.objects.get().sealed.startswith("gAAAA")


def test_who_has_the_page_open_is_not_rung_twice(cast: Cast, service: PushService) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    Presence.objects.update_or_create(agent=cast.marco, defaults={"state": "available", "seen_at": now()})
    give_to_marco(cast)
    worker.ring_some()
    assert service.taken == []


@pytest.mark.parametrize("status", [404, 410, 403])
def test_a_browser_that_is_gone_is_forgotten(cast: Cast, service: PushService, status: int) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    service.status = status
    give_to_marco(cast)
    worker.ring_some()
    assert not PushSubscription.objects.exists()


def test_a_service_that_is_away_is_tried_again_but_not_for_ever(cast: Cast, service: PushService) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    service.status = 503
    give_to_marco(cast)
    worker.ring_some()
    row = Notification.objects.get(agent=cast.marco)
    assert row.push_at is not None
    assert row.push_at > now()
    Notification.objects.update(at=now() - timedelta(hours=2), push_at=now())
    worker.ring_some()
    row.refresh_from_db()
    assert row.push_at is None
    assert PushSubscription.objects.get().failures == 2


def test_what_was_seen_meanwhile_does_not_ring(cast: Cast, service: PushService) -> None:
    awake(cast.marco)
    service.subscription(cast.marco)
    give_to_marco(cast)
    actions.mark_seen(agent=cast.marco)
    worker.ring_some()
    assert service.taken == []


GOOD = {"endpoint": "https://push.example/1", "public_key": encode(b"\x04" + bytes(64)), "secret": SECRET}


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": "https://" + "x" * 2000},
        {"endpoint": "https://"},
        {"public_key": "short"},
        {"public_key": "\x00é" * 50},
        {"public_key": encode(b"\x02" + bytes(64))},
        {"secret": "x" * 1_000_000},
        {"secret": ""},
    ],
)
def test_what_is_no_push_subscription_is_refused(cast: Cast, wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        actions.add_browser(agent=cast.marco, **(GOOD | wrong))


def test_a_person_has_ten_browsers_at_most_the_newest_ones(cast: Cast) -> None:
    for number in range(12):
        actions.add_browser(agent=cast.marco, **(GOOD | {"endpoint": f"https://push.example/{number}"}))
    kept = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert len(kept) == 10
    assert "https://push.example/11" in kept
    assert "https://push.example/1" not in kept


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, mail_url="smtp://mail.telvia.example?from=care@telvia.example"
    )
    settings.BASE_URL = "https://care.telvia.example"


def test_what_marco_missed_comes_by_mail_once(cast: Cast, with_mail: None) -> None:
    Wishes.objects.create(agent=cast.marco, digest="hourly", is_quiet_at_night=False, mail_at=now())
    give_to_marco(cast)
    assert worker.mail_some() == 1
    (letter,) = mail.outbox
    assert letter.to == [cast.marco.email]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "gave you the conversation with Giulia Ferri" in letter.body
    assert "4111" not in letter.body
    assert "https://care.telvia.example/notifications/" in letter.body
    wishes = Wishes.objects.get(agent=cast.marco)
    assert wishes.mail_at is not None
    assert wishes.mail_at > now()
    Wishes.objects.update(mail_at=now())
    worker.mail_some()
    assert len(mail.outbox) == 1


def test_no_mail_without_news_and_none_for_who_left(cast: Cast, with_mail: None) -> None:
    for agent in (cast.marco, cast.viktor):
        Wishes.objects.create(agent=agent, digest="hourly", mail_at=now())
    give_to_marco(cast)
    Agent.objects.filter(pk=cast.marco.pk).update(is_active=False)
    worker.mail_some()
    assert mail.outbox == []


def test_wishes_are_kept_and_nonsense_is_told(cast: Cast, client: Client) -> None:
    client.force_login(cast.marco)
    assert client.get("/settings/notifications/").status_code == 200
    sent = {f"kind-{key}": "list" for key in ("charter", "followed")}
    sent |= {f"kind-{key}": "ring" for key, kind in KINDS.items() if kind.rings}
    sent |= {"kind-followed": "mute", "kind-wrote": "mute"}
    sent |= {"digest": "daily", "digest_at": "09:30", "quiet_from": "19:00", "quiet_until": "07:30"}
    assert client.post("/settings/notifications/", sent).status_code == 302
    wishes = Wishes.objects.get(agent=cast.marco)
    assert wishes.muted == ["followed", "wrote"]
    assert wishes.digest == "daily"
    assert wishes.mail_at is not None
    assert client.post("/settings/notifications/", sent | {"quiet_from": "25:99"}).status_code == 422
    assert client.post("/settings/notifications/", {"kind-wrote": "\x00"}).status_code == 422


def test_the_app_can_be_installed(cast: Cast, client: Client) -> None:
    told = client.get("/app.webmanifest").json()
    assert told["start_url"] == "/"
    assert told["display"] == "standalone"
    for icon in told["icons"]:
        answer = client.get(icon["src"])
        assert answer["Content-Type"] == "image/png"
        assert b"".join(answer.streaming_content)[:4] == b"\x89PNG"
    assert client.get("/app-icon-77.png").status_code == 404
    script = client.get("/service-worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert client.get("/offline/").status_code == 200
