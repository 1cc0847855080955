"""Whether the sender of a mail is who the From says, as far as the receiving server checked it (RFC 8601).

A mail without any such check counts as proven: most self-hosted servers add none, and helpdesks have always taken the From at
its word. What the receiving server calls a forgery does not: it gets an identity of its own and joins nobody's history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s{0,3}=\s{0,3}([a-z]{2,12})\b([^;]{0,400})", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\bheader\.(?:d|i|from)\s{0,3}=\s{0,3}@?([^\s;@]{0,64}@)?([a-z0-9.-]{1,190})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the receiving server found: `pass`, `fail` or nothing; and whether we believe the From."""

    proven: bool
    found: str = ""


def judge(results: list[str], sender: str, *, authority: str = "", is_ambiguous: bool = False) -> Verdict:
    """Read the Authentication-Results: only the topmost header, which our own server wrote last, or the topmost one that names
    `authority`; whatever stands below may have been written by the sender."""
    header = _believable(results, authority)
    found: dict[str, str] = {}
    aligned = False
    for method, result, rest in _RESULT.findall(header):
        method, result = method.lower(), result.lower()
        if found.get(method) != "pass":
            found[method] = result
        if method == "dkim" and result == "pass":
            aligned = aligned or any(_is_aligned(domain, sender) for _, domain in _DOMAIN.findall(rest))
    said = " ".join(f"{method}={result}" for method, result in sorted(found.items()))
    if is_ambiguous:
        return Verdict(False, said)
    if found.get("dmarc") in {"pass", "bestguesspass"} or aligned:
        return Verdict(found.get("dmarc") != "fail", said)
    if found.get("dmarc") == "fail":
        return Verdict(False, said)
    return Verdict(not (found.get("spf") == "fail" and found.get("dkim") != "pass"), said)


def _believable(results: list[str], authority: str) -> str:
    for value in results:
        name = re.split(r"[;\s]", value.strip(), maxsplit=1)[0].lower()
        if not authority or name == authority.lower():
            return re.sub(r"\([^()]{0,500}\)", " ", value)[:5_000]
    return ""


def _is_aligned(domain: str, sender: str) -> bool:
    own = sender.rpartition("@")[2]
    domain = domain.lower().rstrip(".")
    return bool(own) and (own == domain or (own.endswith("." + domain) and domain.count(".") >= 1))
