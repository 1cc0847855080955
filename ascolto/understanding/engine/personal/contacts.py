"""E-mail addresses, also those written to fool machines, and addresses of machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from ascolto.understanding.engine.personal.looked import Candidate, Looked

_BEHIND = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_APART_BEFORE = re.compile(r"(?<![\w.+-])[\w+-]{1,64}(?:[._][\w+-]{1,64}){0,4} {0,2}$")
_APART_BEHIND = re.compile(
    r" {0,2}[\w-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.(?:it|com|net|org|eu|de|fr|es|pt|nl|be|at|ch|uk|info|me|io)(?![\w-])"
)
MOST_MARKS = 50_000  # "@" of one text that are looked at


def find_emails(looked: Looked) -> Iterator[Candidate]:
    """Addresses around every "@", and those with a word in its place."""
    text, place, last = looked.plain, -1, 0
    for _ in range(MOST_MARKS):
        place = text.find("@", place + 1)
        if place < 0:
            break
        found = _around(text, place, last) or _apart(looked, place, last)
        if found is not None:
            yield found
            last = found.end
    if any(
        word in looked.low
        for word in ("chiocciola", "(at)", "[at]", "{at}", " at ", "( at", "[ at", "(a)", "arroba")
    ):
        for spelled in _SPELLED.finditer(looked.low):
            yield Candidate(spelled.start(), spelled.end(), "email", True, 89)


def _around(text: str, place: int, last: int) -> Candidate | None:
    start, least = place, max(last, place - 64)
    while start > least and (text[start - 1].isalnum() or text[start - 1] in "._+'-"):
        start -= 1
    if start == place:
        return None
    behind = _BEHIND.match(text, place + 1)
    if behind is None:
        return None
    end = behind.end()
    while start < place and text[start] in ".-'":
        start += 1
    while text[end - 1] in "-_":
        end -= 1
    top = text[place + 1 : end].rpartition(".")[2]
    if start == place or len(top) < 2 or top.isdigit() or text.find(".", place, end) < 0:
        return None
    return Candidate(start, end, "email", True, 90)


def _apart(looked: Looked, place: int, last: int) -> Candidate | None:
    """ "mario.rossi @ example.it": what telephones make of an address. The name needs a dot or a digit, else it is a mention."""
    if " " not in looked.low[max(0, place - 1) : place + 2]:
        return None
    before = _APART_BEFORE.search(looked.low, max(last, place - 80), place)
    behind = _APART_BEHIND.match(looked.low, place + 1)
    if before is None or behind is None or not re.search(r"[._0-9]", before.group().strip()):
        return None
    return Candidate(before.start(), behind.end(), "email", True, 88)


_AT = r"(?: ?[(\[{] ?(?:at|a|chiocciola|chiocciolina|arroba|@) ?[)\]}] ?| chiocciol(?:a|ina) | arroba )"
_DOT = r"(?:\.| ?[(\[{] ?(?:dot|punto|punkt|point|ponto|\.) ?[)\]}] ?| (?:dot|punto|punkt|point|ponto) )"
_NAME = r"[a-z0-9_+-]{1,40}"
_SPELLED = re.compile(
    rf"(?<![\w.+-]){_NAME}(?:{_DOT}{_NAME}){{0,3}}(?:{_AT}{_NAME}(?:{_DOT}{_NAME}){{0,2}}{_DOT}[a-z]{{2,12}}"
    rf"| at {_NAME}(?: (?:dot|punto) {_NAME}){{0,2}} (?:dot|punto) [a-z]{{2,12}})(?![\w-])"
)

_IPV4 = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9a-f:]{6,39}(?![\w:]))(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}")
_VERSION = re.compile(
    r"(?:version[a-z ]{0,15}|\bv|ver|version[ei]?|versione|release|firmware|app|android|ios|build|driver) ?\.?:?$"
)


def find_machines(looked: Looked) -> Iterator[Candidate]:
    """IPv4 and IPv6 addresses that may be somebody's: not "this machine" nor a version of a program."""
    if looked.low.count(".") >= 3:
        for found in _IPV4.finditer(looked.low):
            if _is_v4(found.group()) and not _VERSION.search(looked.before(found.start(), 24).rstrip()):
                yield Candidate(found.start(), found.end(), "ip", True, 62)
    if looked.low.count(":") >= 2:
        for found in _IPV6.finditer(looked.low):
            if _is_v6(found.group()):
                yield Candidate(found.start(), found.end(), "ip", True, 62)


def _is_v4(written: str) -> bool:
    try:
        address = IPv4Address(written)
    except AddressValueError:
        return False
    return not (
        address.is_loopback or address.is_unspecified or address.is_multicast or address.packed[0] == 0
    )


def _is_v6(written: str) -> bool:
    if sum(character in "0123456789abcdef" for character in written) < 4:
        return False
    try:
        address = IPv6Address(written)
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
