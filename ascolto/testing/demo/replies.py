"""Telvia's saved replies: shortcut, team, title, Italian, English."""

from __future__ import annotations

from pathlib import Path

from ascolto.accounts.models import Team
from ascolto.knowledge.actions.replies import create_reply
from ascolto.knowledge.models import SavedReply

TEXTS = Path(__file__).parent / "saved_replies.tsv"


def fill() -> None:
    """Write them once."""
    if SavedReply.objects.exists():
        return
    teams = {team.name: team for team in Team.objects.all()}
    for line in TEXTS.read_text(encoding="utf-8").splitlines():
        shortcut, team, title, italian, english = line.split("\t")
        create_reply(
            by=None,
            title=title,
            shortcut=shortcut,
            texts={"it": italian, "en": english},
            team=teams.get(team),
        )
