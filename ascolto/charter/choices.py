"""What the company chose about the guarantees; where it chose nothing, the product's own."""

from __future__ import annotations

from typing import Any

from ascolto.charter.guarantee import THRESHOLD
from ascolto.charter.models import GuaranteeSetting
from ascolto.charter.parity import LONGER

LONGER_AT_MOST = 3.0  # times everybody's p90: what nobody may call parity any more


def thresholds() -> dict[str, float]:
    """The thresholds that the company set, by guarantee; whoever is missing has THRESHOLD."""
    return dict(GuaranteeSetting.objects.values_list("slug", "threshold"))


def threshold_of(slug: str) -> float:
    """Per cent from which a guarantee counts as kept."""
    return thresholds().get(slug, THRESHOLD)


def choices_of(slug: str) -> dict[str, Any]:
    """Further choices about a guarantee."""
    found = GuaranteeSetting.objects.filter(slug=slug).values_list("choices", flat=True).first()
    return found if isinstance(found, dict) else {}


def longer_than() -> float:
    """How many times everybody's wait (p90) a channel or group may wait without being behind."""
    chosen = choices_of("parity").get("longer")
    return min(max(float(chosen), 1.0), LONGER_AT_MOST) if isinstance(chosen, (int, float)) else LONGER
