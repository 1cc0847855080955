"""The ten guarantees of the last thirty days in one small row, for the foot of every screen: written by the measuring, read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from markupsafe import Markup

from ascolto.charter.charts import marks
from ascolto.charter.guarantee import State
from ascolto.charter.models import CharterPage
from ascolto.charter.standing import Charter


@dataclass(frozen=True, slots=True)
class Summary:
    """The mean of what is measured (None: nothing is) and each guarantee's state and share."""

    share: float | None
    rows: Sequence[tuple[State, float | None]]

    @property
    def words(self) -> str:
        """`Ten guarantees: eight kept, one at risk, one broken.` in figures."""
        return told(
            sum(state == State.KEPT for state, _ in self.rows),
            sum(state == State.AT_RISK for state, _ in self.rows),
            sum(state == State.BROKEN for state, _ in self.rows),
            sum(state == State.NOT_MEASURED for state, _ in self.rows),
        )

    @property
    def drawn(self) -> Markup:
        return marks(self.rows, self.words)


def told(kept: int, at_risk: int, broken: int, not_measured: int) -> str:
    """How many guarantees stand how, in one sentence."""
    parts = [ngettext("%(n)s guarantee kept", "%(n)s guarantees kept", kept) % {"n": kept}]
    parts += [gettext("%(n)s at risk") % {"n": at_risk}] if at_risk else []
    parts += [gettext("%(n)s broken") % {"n": broken}] if broken else []
    parts += [gettext("%(n)s not measured") % {"n": not_measured}] if not_measured else []
    return ", ".join(parts)


def keep_summary(charter: Charter) -> None:
    """Write the row, when it differs."""
    page = CharterPage.current()
    told_now = _as_data(charter)
    if page.summary != told_now:
        CharterPage.objects.filter(pk=page.pk).update(summary=told_now)


def _as_data(charter: Charter) -> dict[str, Any]:
    rounded = [None if one.share is None else round(one.share, 2) for one in charter.standings]
    states = [str(one.state) for one in charter.standings]
    return {
        "share": None if charter.share is None else round(charter.share, 2),
        "rows": [list(pair) for pair in zip(states, rounded, strict=True)],
    }


def last_summary() -> Summary | None:
    """The row; None before anything was measured. One query."""
    data = CharterPage.objects.values_list("summary", flat=True).first()
    if not data or not data.get("rows"):
        return None
    return Summary(data.get("share"), [(State(state), share) for state, share in data["rows"]])
