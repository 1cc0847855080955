"""What a message or a handle tells about who somebody is. Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ascolto.customers.duplicates import Trace
from ascolto.kit.text import fold
from ascolto.understanding.engine.told import Fact, facts_in

HOME = "+39"  # of numbers written without their country
_CODES = frozenset({"customer_code", "contract"})
_WORD_HANDLE = re.compile(r"[a-z0-9][a-z0-9._\-]{4,60}[a-z0-9]")
_ANYBODY = frozenset(
    [
        "info",
        "admin",
        "contact",
        "contatti",
        "noreply",
        "no-reply",
        "support",
        "assistenza",
        "customer",
        "amministrazione",
        "segreteria",
    ]
)


_PLAIN: dict[str, Callable[[Fact], tuple[str, str]]] = {
    "email": lambda fact: ("email", fact.normal.lower()),
    "phone": lambda fact: ("phone", number_of(fact.value)),
}


def traces_in(text: str, customer: int, name: str) -> list[Trace]:
    """Addresses, numbers and codes that a customer wrote; a place only together with a full name."""
    found = []
    for fact in facts_in(text):
        if (plain := _PLAIN.get(fact.kind)) is not None:
            found.append(Trace(customer, *plain(fact)))
        elif fact.kind in _CODES and len(fact.normal) >= 5:
            found.append(Trace(customer, "code", fact.normal))
        elif fact.kind == "address" and " " in name.strip():
            called = " ".join(sorted(fold(name[:200]).split()))
            found.append(Trace(customer, "named_place", f"{called}, {fact.normal.lower()}"))
    return [trace for trace in found if trace.key]


def number_of(written: str) -> str:
    """A telephone number as recognition writes it, or nothing where it is too short to be one."""
    digits = "".join(char for char in written if char.isascii() and char.isdigit())
    if digits.startswith("00"):
        digits = digits[2:]
    elif not written.strip().startswith("+"):
        digits = f"{HOME}{digits}"
    number = f"+{digits.lstrip('+')}"
    return number if 8 <= len(number) <= 16 else ""


def traces_of_handle(
    namespace: str, value: str, shown: str, *, is_proven: bool, customer: int
) -> Iterator[Trace]:
    """What a handle tells: itself where others may write it in a text, and the user name in it."""
    if namespace in {"email", "phone"} and is_proven:
        yield Trace(customer, namespace, value.lower() if namespace == "email" else value)
    word = fold((shown or value)[:200]).lstrip("@")
    word = word.partition("@")[0]
    has_letters = sum(char.isalpha() for char in word) >= 5
    if namespace != "phone" and has_letters and _WORD_HANDLE.fullmatch(word) and word not in _ANYBODY:
        yield Trace(customer, "handle", word)
