"""How things stand in a rehearsal: language, hours, the customer, what comes of look-ups and calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import UnknownLocaleError
from babel.dates import format_datetime

from ascolto.bot.flow import CHANNELS, Flow, Hours
from ascolto.bot.reading_values import LANGUAGES
from ascolto.bot.state import Situation
from ascolto.kit.text import clean

LONGEST = 2_000
LONGEST_WORD = 120
MOST_KNOWN = 40
LOOK_UPS = ("found", "missing")
CALLS = ("answered", "failed")
_SOME_DAY = datetime(2026, 1, 7, 10, 0, tzinfo=UTC)  # a Wednesday


@dataclass(frozen=True, slots=True)
class Supposed:
    """`moment` is in the company's own time, `zone`. `look_up`: what comes of looking something up (found, with `answer`; missing);
    `call`: what another system does (answered, with the `values` by slot; failed)."""

    channel: str = "chat"
    language: str = "en"
    moment: datetime = _SOME_DAY
    zone: str = "UTC"
    company: str = ""
    is_open: bool = True
    opens: str = ""
    wait: str = ""
    is_identified: bool = False
    has_problem: bool = False
    holding: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    look_up: str = "found"
    answer: str = ""
    call: str = "answered"
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "moment": self.moment.astimezone(UTC).isoformat()}

    @classmethod
    def from_json(cls, told: Any) -> Supposed:
        """Read back; what is of another form counts as not said."""
        given = mapping_of(told)
        zone = _zone(given.get("zone"))
        texts: dict[str, Any] = {
            name: clean(given[name], LONGEST)
            for name in ("company", "opens", "wait", "holding", "answer")
            if isinstance(given.get(name), str)
        }
        truths: dict[str, Any] = {
            name: given[name]
            for name in ("is_open", "is_identified", "has_problem")
            if isinstance(given.get(name), bool)
        }
        return cls(
            channel=among(given.get("channel"), ("chat", *CHANNELS)),
            language=among(given.get("language"), ("en", *LANGUAGES)),
            moment=_moment(given.get("moment")).astimezone(zone),
            zone=zone.key,
            look_up=among(given.get("look_up"), LOOK_UPS),
            call=among(given.get("call"), CALLS),
            known=_words(given.get("known")),
            values=_words(given.get("values")),
            **texts,
            **truths,
        )

    def situation(self, flows: Mapping[str, Flow]) -> Situation:
        """The same for the engine; every calendar of these flows is as open as the company."""
        nodes = (node for flow in flows.values() for node in flow.nodes.values())
        calendars = {node.calendar for node in nodes if isinstance(node, Hours)}
        return Situation(
            channel=self.channel,
            moment=self.moment,
            language=self.language,
            company=self.company,
            known=self.known,
            is_identified=self.is_identified,
            has_problem=self.has_problem,
            holding=self.holding,
            is_open=dict.fromkeys({"", *calendars}, self.is_open),
            wait=self.wait,
            opens=self.opens,
            promise=self._promise,
        )

    def _promise(self, within: timedelta) -> str:
        try:
            return str(format_datetime(self.moment + within, "d MMMM HH:mm", locale=self.language))
        except (UnknownLocaleError, ValueError, OverflowError):
            return ""


# --- what comes from outside ---------------------------------------------------------------------------------------------------


def mapping_of(told: Any) -> Mapping[str, Any]:
    """A mapping, or none at all."""
    return told if isinstance(told, Mapping) else {}


def short(told: Any) -> str:
    """A word or a name."""
    return clean(told, LONGEST_WORD).strip() if isinstance(told, str) else ""


def among(told: Any, known: Sequence[str]) -> str:
    """One of these words, else the first of them."""
    return told if isinstance(told, str) and told in known else known[0]


def _words(told: Any) -> dict[str, str]:
    pairs = list(mapping_of(told).items())[:MOST_KNOWN]
    return {
        name: clean(value, LONGEST) for key, value in pairs if (name := short(key)) and isinstance(value, str)
    }


def _zone(told: Any) -> ZoneInfo:
    try:
        return ZoneInfo(short(told) or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def _moment(told: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(short(told))
    except ValueError:
        return _SOME_DAY
    if not 2000 <= moment.year <= 2200:
        return _SOME_DAY
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
