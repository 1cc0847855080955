"""Copies as the port in the customers' room offers them to machines."""

from __future__ import annotations

from pathlib import Path

from ascolto.accounts.models import Agent
from ascolto.customers.copies import Copier, Copy, register_copier
from ascolto.customers.models import Customer
from ascolto.directory.models import CustomerExport
from ascolto.directory.privacy.exporting import ask_export, open_export
from ascolto.gates import Refused


def _copy(export: CustomerExport) -> Copy:
    return Copy(
        export.pk,
        export.state,
        export.done,
        export.total,
        export.withheld,
        export.size,
        export.asked_at,
        export.expires_at,
    )


def _ask(by: Agent, customer: Customer) -> Copy:
    return _copy(ask_export(by=by, customer=customer))


def _row(by: Agent, customer: Customer, pk: int) -> CustomerExport | None:
    return CustomerExport.objects.filter(pk=pk, customer=customer, by=by).select_related("customer").first()


def _find(by: Agent, customer: Customer, pk: int) -> Copy | None:
    row = _row(by, customer, pk)
    return _copy(row) if row is not None else None


def _open(by: Agent, customer: Customer, pk: int) -> Path:
    row = _row(by, customer, pk)
    if row is None:
        raise Refused("export_gone", "This copy is not kept any more.", fix="Ask for a new one.")
    return open_export(by=by, export=row)


def register() -> None:
    """Called at the start."""
    register_copier(Copier(_ask, _find, _open))
