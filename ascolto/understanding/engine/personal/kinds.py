"""The kinds of personal data that are looked for, and what people call them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "fiscal_code": "Italian fiscal code",
        "vat": "VAT number",
        "national_id": "National identity or insurance number",
        "iban": "IBAN",
        "card": "Payment card",
        "card_code": "Security code of a card",
        "phone": "Telephone number",
        "email": "E-mail address",
        "address": "Postal address",
        "birth_date": "Date of birth",
        "document": "Identity document or driving licence",
        "plate": "Licence plate",
        "ip": "IP address",
        "code": "Customer, contract, meter or device code",
        "secret": "Password or PIN",
    }
)
"""Every kind with its English display name; `engine.personal.find_personal` says no other."""

TAGS: Mapping[str, str] = MappingProxyType(
    {
        "fiscal_code": "FISCALCODE",
        "vat": "VAT",
        "national_id": "NATIONALID",
        "iban": "IBAN",
        "card": "CARD",
        "card_code": "CARDCODE",
        "phone": "PHONE",
        "email": "EMAIL",
        "address": "ADDRESS",
        "birth_date": "BIRTHDATE",
        "document": "DOCUMENT",
        "plate": "PLATE",
        "ip": "IP",
        "code": "CODE",
        "secret": "SECRET",
        # never found by form: whoever knows the people of a conversation names these
        "name": "NAME",
        "number": "NUMBER",
    }
)
"""What stands for a kind in a masked text: one plain word, since a language model breaks others."""
