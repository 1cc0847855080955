"""What was written and did not leave yet goes along when two conversations become one, and comes back with them.

A person has one draft a conversation: where they had begun in both, the one of the target stays and the other one's words stand beside
it, as the words of another window do. The draft itself waits in the source, out of every list.
"""

from __future__ import annotations

from typing import Any

from ascolto.composing.models import Draft, OtherDraft, PlannedReply, Proposal
from ascolto.conversations.merging import Moving

_WRITTEN: dict[str, type[Draft] | type[PlannedReply] | type[Proposal]] = {
    "drafts": Draft,
    "planned": PlannedReply,
    "proposals": Proposal,
}


def move_written(moving: Moving) -> dict[str, Any]:
    """Take along drafts, planned answers and proposals; of a split nothing: they were written about what stays."""
    if moving.is_part:
        return {}
    away, into = moving.away.pk, moving.into.pk
    there = dict(Draft.objects.filter(conversation=into).values_list("agent_id", "pk"))
    moved: dict[str, Any] = {"beside": _set_beside(away, there)}
    for name, model in _WRITTEN.items():
        rows = model.objects.filter(conversation=away)
        if model is Draft:
            rows = rows.exclude(agent__in=there)
        moved[name] = list(rows.order_by("pk").values_list("pk", flat=True))
        model.objects.filter(pk__in=moved[name]).update(conversation=into)
    return moved


def _set_beside(away: int, there: dict[int, int]) -> list[str]:
    """The words of those who had begun in both, beside what they had begun in the target; the names of these places."""
    both = Draft.objects.filter(conversation=away, agent__in=there).order_by("pk")
    rows = [
        OtherDraft(
            draft_id=there[draft.agent_id], tab=f"merged-{draft.pk}", text=draft.text, at=draft.updated_at
        )
        for draft in both
        if draft.text.strip()
    ]
    OtherDraft.objects.bulk_create(rows, ignore_conflicts=True)
    return [row.tab for row in rows]


def bring_written_back(moving: Moving, moved: dict[str, Any]) -> None:
    """What is still there of it, as it is by now; who has begun something new in the source meanwhile keeps both."""
    rest, back = moving.away.pk, moving.into.pk
    if not moved:
        return
    OtherDraft.objects.filter(draft__conversation=rest, tab__in=moved["beside"]).delete()
    begun = Draft.objects.filter(conversation=back).values_list("agent_id", flat=True)
    for name, model in _WRITTEN.items():
        rows = model.objects.filter(pk__in=moved[name], conversation=rest)
        if model is Draft:
            rows = rows.exclude(agent__in=list(begun))
        rows.update(conversation=back)
