"""What the company chooses about its Charter. Whoever promises less than the product's own choice says why, and the page shows it."""

from __future__ import annotations

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.charter.guarantee import THRESHOLD
from ascolto.charter.guarantees import guarantee_of
from ascolto.charter.models import CharterPage, GuaranteeSetting, SignatureStyle
from ascolto.charter.parity import LONGER
from ascolto.charter.signatures import DEFAULTS, OTHERWISE, Style
from ascolto.charter.stops import note_override, note_refusals, note_refused
from ascolto.events.changes import Changes, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import REASON_AT_LEAST, Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

__all__ = [
    "change_guarantee",
    "change_styles",
    "note_override",
    "note_refusals",
    "note_refused",
    "switch_page",
]
LOWEST, HIGHEST = 50.0, 100.0  # thresholds that mean something


def _reason(text: str, *, is_weaker: bool) -> str:
    """The reason, tidied. Raises Refused where something weaker has none."""
    reason = " ".join(clean(text).split())[:500]
    if is_weaker and len(reason) < REASON_AT_LEAST:
        raise Refused("reason_missing", "Promising less needs a reason of a few words: the Charter shows it.")
    return reason


@transaction.atomic
def change_guarantee(
    *, by: Agent, slug: str, threshold: float, reason: str = "", longer: float | None = None
) -> GuaranteeSetting:
    """Set a guarantee's threshold (per cent), and for parity how much longer than everybody one may wait. Raises Refused."""
    if guarantee_of(slug) is None:
        raise Refused("unknown_guarantee", "There is no such guarantee.")
    if not LOWEST <= threshold <= HIGHEST:
        raise Refused("threshold_refused", "A threshold is between 50 and 100 per cent.")
    if longer is not None and not 1.0 <= longer <= 3.0:
        raise Refused("threshold_refused", "Longer than everybody's wait by 1 to 3 times.")
    weaker = threshold < THRESHOLD or (longer is not None and longer > LONGER)
    told = _reason(reason, is_weaker=weaker)
    row = GuaranteeSetting.objects.select_for_update().filter(slug=slug).first() or GuaranteeSetting(
        slug=slug
    )
    wanted = {**row.choices, **({"longer": longer} if longer is not None else {})}
    before = (row.threshold, row.choices, row.reason)
    if row.pk and before == (threshold, wanted, told):
        return row
    row.threshold, row.choices, row.reason = threshold, wanted, told
    row.changed_at, row.changed_by = now(), by
    row.save()
    changes = changes_between(
        {"threshold": before[0], "choices": before[1], "reason": before[2]},
        {"threshold": threshold, "choices": wanted, "reason": told},
    )
    _changed(by, slug, ["threshold", *wanted], told, changes)
    return row


@transaction.atomic
def change_styles(*, by: Agent, styles: dict[str, tuple[str, str]]) -> list[str]:
    """Say how people sign: by kind of channel the style, and the reason where nobody signs. Returns the kinds that changed.

    Raises Refused for an unknown style, or nobody signing without a reason.
    """
    rows = {row.kind: row for row in SignatureStyle.objects.select_for_update()}
    changed = []
    for kind, (style, text) in styles.items():
        if style not in Style.values:
            raise Refused("unknown_style", "There is no such signature.")
        reason = _reason(text, is_weaker=style == Style.NONE) if style == Style.NONE else ""
        row = rows.get(kind)
        before = (row.style, row.reason) if row else (str(DEFAULTS.get(kind, OTHERWISE)), "")
        if before == (style, reason):
            continue
        SignatureStyle.objects.update_or_create(
            kind=kind[:40], defaults={"style": style, "reason": reason[:300]}
        )
        changed.append(kind)
        changes = changes_between(
            {"style": before[0], "reason": before[1]}, {"style": style, "reason": reason}
        )
        _changed(by, "named", [kind], reason, changes)
    return changed


@transaction.atomic
def switch_page(*, by: Agent, is_public: bool) -> CharterPage:
    """Let everybody read the Charter, or nobody outside. The first time puts it in force."""
    page = CharterPage.current()
    if page.is_public != is_public:
        page.is_public = is_public
        page.in_force_since = page.in_force_since or (now().date() if is_public else None)
        page.save(update_fields=["is_public", "in_force_since"])
        _changed(by, "", ["public page"], "", {"public page": [not is_public, is_public]})
    return page


def _changed(by: Agent, slug: str, fields: list[str], reason: str, changes: Changes) -> None:
    emit(
        "charter.changed",
        actor=actor_of(by),
        guarantee=slug,
        fields=fields,
        reason=reason,
        changes=changes,
    )
