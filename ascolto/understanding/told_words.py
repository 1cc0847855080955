"""What the things that customers give are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

KINDS: dict[str, str | Promise] = {
    "customer_code": gettext_lazy("Customer number"),
    "contract": gettext_lazy("Contract"),
    "order": gettext_lazy("Order"),
    "ticket": gettext_lazy("Case"),
    "invoice": gettext_lazy("Invoice"),
    "booking": gettext_lazy("Booking"),
    "flight": gettext_lazy("Flight or train"),
    "tracking": gettext_lazy("Parcel"),
    "pod": gettext_lazy("POD"),
    "pdr": gettext_lazy("PDR"),
    "meter": gettext_lazy("Meter"),
    "meter_reading": gettext_lazy("Meter reading"),
    "imei": gettext_lazy("IMEI"),
    "iccid": gettext_lazy("SIM card"),
    "serial": gettext_lazy("Serial number"),
    "device": gettext_lazy("Device"),
    "name": gettext_lazy("In the name of"),
    "phone": gettext_lazy("Telephone number"),
    "email": gettext_lazy("E-mail address"),
    "address": gettext_lazy("Address"),
    "fiscal_code": gettext_lazy("Fiscal code"),
    "vat": gettext_lazy("VAT number"),
    "iban": gettext_lazy("IBAN"),
    "birth_date": gettext_lazy("Date of birth"),
    "document": gettext_lazy("Document"),
    "plate": gettext_lazy("Licence plate"),
    "tried": gettext_lazy("Tried"),
    "sent": gettext_lazy("Sent"),
    "preference": gettext_lazy("Prefers"),
}


def kind_name(kind: str) -> str:
    """What a kind of fact is called in the reader's language."""
    return str(KINDS.get(kind, kind))
