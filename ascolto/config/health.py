"""How the product does, for machines: `/healthz` (serves), `/readyz` (everything it needs), `/metrics` (Prometheus)."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from ascolto.accounts.guards import guarded_by, public
from ascolto.accounts.selectors import agent_of_token, token_allows
from ascolto.channels.ailments import why_dead
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.config.parts import missing_migrations
from ascolto.conversations.models import Attachment
from ascolto.delivery.models import Dispatch
from ascolto.events.log import latest_position
from ascolto.events.models import Cursor
from ascolto.intake.models import RawEvent
from ascolto.intake.selectors import count_waiting
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
_tables_seen = False


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while requests are answered and the database answers us."""
    problem = _database_problem()
    return HttpResponse(problem or "ok\n", status=503 if problem else 200, content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when nothing that the product needs is missing; else which it is, without details for strangers."""
    checks = {"database": not _database_problem(), "tables": False, "files": _can_store_files()}
    if checks["database"]:
        checks["tables"] = _has_tables()
    words = {name: "ok" if fine else "failed" for name, fine in checks.items()}
    return JsonResponse(words, status=200 if all(checks.values()) else 503)


@guarded_by("this machine, or a token with the scope admin")
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, asked from this machine or with an administrator's token."""
    if not (_is_from_here(request) or _has_token(request)):
        return HttpResponse(
            "Ask from this machine, or with Authorization: Bearer <token with the scope admin>.\n", status=403
        )
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Numbers())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


urlpatterns = [path("healthz", healthz), path("readyz", readyz), path("metrics", metrics)]


def _database_problem() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        log.exception("the database does not answer")
        return "the database does not answer\n"
    return ""


def _has_tables() -> bool:
    """Asked until it is so: a running release does not lose its tables."""
    global _tables_seen
    _tables_seen = _tables_seen or not missing_migrations()
    return _tables_seen


def _can_store_files() -> bool:
    probe = settings.DATA / ".ready"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        log.exception("the data directory cannot be written")
        return False
    return True


def _is_from_here(request: HttpRequest) -> bool:
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback and "HTTP_X_FORWARDED_FOR" not in request.META


def _has_token(request: HttpRequest) -> bool:
    kind, _, clear_text = request.headers.get("Authorization", "").partition(" ")
    token = agent_of_token(clear_text.strip()) if kind.lower() == "bearer" else None
    return token is not None and token_allows(token, "admin")


class Numbers:
    """Read anew at every scrape, from partial indexes: the cost does not grow with the history."""

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        yield from self._intake()
        yield from self._delivery()
        yield from self._log()
        yield from self._channels()

    def _intake(self) -> Iterator[Metric]:
        new = RawEvent.objects.filter(state=RawEvent.State.NEW)
        oldest = new.aggregate(at=Min("received_at"))["at"]
        dead = RawEvent.objects.filter(state=RawEvent.State.DEAD).count()
        yield _gauge("ascolto_intake_waiting", "Deliveries stored and not yet processed.", count_waiting())
        age = (now() - oldest).total_seconds() if oldest else 0
        yield _gauge("ascolto_intake_oldest_seconds", "Age of the oldest delivery that waits.", age)
        yield _gauge("ascolto_intake_dead_letters", "Deliveries set aside with an error.", dead)
        files = Attachment.objects.filter(state=Attachment.State.PENDING).count()
        yield _gauge("ascolto_files_waiting", "Files still with their network.", files)

    def _delivery(self) -> Iterator[Metric]:
        open_states = [Dispatch.State.QUEUED, Dispatch.State.CLAIMED, Dispatch.State.SENDING]
        family = GaugeMetricFamily(
            "ascolto_delivery_waiting", "Answers on their way, by state.", labels=["state"]
        )
        rows = (
            Dispatch.objects.filter(finished_at__isnull=True)
            .values("state")
            .annotate(n=Count("pk"), due=Min("run_at"))
        )
        found = {row["state"]: row for row in rows.order_by()}
        for state in open_states:
            family.add_metric([state.value], found[state]["n"] if state in found else 0)
        yield family
        due = found[Dispatch.State.QUEUED]["due"] if Dispatch.State.QUEUED in found else None
        late = max(0.0, (now() - due).total_seconds()) if due else 0
        yield _gauge(
            "ascolto_delivery_late_seconds", "How long the answer that is due first has been due.", late
        )

    def _log(self) -> Iterator[Metric]:
        latest = latest_position().event_id
        yield _gauge("ascolto_log_position", "Number of the newest event.", latest)
        family = GaugeMetricFamily(
            "ascolto_log_reader_position", "Number of the last event a reader took.", labels=["reader"]
        )
        for name, event_id in Cursor.objects.values_list("name", "event_id"):
            family.add_metric([name], event_id)
        yield family

    def _channels(self) -> Iterator[Metric]:
        health = {row.pk: row for row in ChannelHealth.objects.all()}
        accounts = list(
            ChannelAccount.objects.filter(is_enabled=True).only("id", "kind", "name", "is_enabled")
        )
        yield _inboxes_by_state(accounts, health)
        yield from _each_inbox(accounts, health)


def _inboxes_by_state(accounts: list[ChannelAccount], health: dict[int, ChannelHealth]) -> Metric:
    family = GaugeMetricFamily(
        "ascolto_inboxes", "Enabled inboxes by kind and state.", labels=["kind", "state"]
    )
    counts: dict[tuple[str, str], int] = {}
    for account in accounts:
        key = (account.kind, health[account.pk].state if account.pk in health else "quiet")
        counts[key] = counts.get(key, 0) + 1
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family


_PER_INBOX = {
    "up": "1 while answers can leave by this enabled inbox, 0 while somebody must repair it.",
    "silent": "1 while fewer messages come in than its own history lets expect.",
    "last_in_seconds": "How long ago something came in.",
    "last_out_seconds": "How long ago an answer left.",
    "permission_seconds": "How long the network's permission still lasts; negative when it is over.",
}


def _each_inbox(accounts: list[ChannelAccount], health: dict[int, ChannelHealth]) -> Iterator[Metric]:
    """One gauge an inbox; what is not known of an inbox is left out."""
    labels = ["inbox", "kind", "name"]
    families = {
        key: GaugeMetricFamily(f"ascolto_inbox_{key}", text, labels=labels)
        for key, text in _PER_INBOX.items()
    }
    for account in accounts:
        names = [str(account.pk), account.kind, account.name]
        for key, value in _numbers_of(account, health.get(account.pk) or ChannelHealth()).items():
            if value is not None:
                families[key].add_metric(names, value)
    yield from families.values()


def _numbers_of(account: ChannelAccount, health: ChannelHealth) -> dict[str, float | None]:
    def since(at: datetime | None) -> float | None:
        return (now() - at).total_seconds() if at else None

    ends = since(health.token_expires_at)
    return {
        "up": float(not why_dead(account, health)),
        "silent": float(health.silent_since is not None),
        "last_in_seconds": since(health.last_in_at),
        "last_out_seconds": since(health.last_out_at),
        "permission_seconds": -ends if ends is not None else None,
    }


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
