"""The form of a saved reply: one field for each language, the usual ones first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Agent, Team
from ascolto.knowledge.actions.replies import LONGEST
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.selectors import teams_to_write_for
from ascolto.ui.forms import PlainForm

USUAL = ("it", "en")
MINE = "mine"  # of the choices: nobody else uses it
LANGUAGES = {
    "it": gettext_lazy("Italian"), "en": gettext_lazy("English"), "de": gettext_lazy("German"), "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"), "pt": gettext_lazy("Portuguese"), "nl": gettext_lazy("Dutch"),
}  # fmt: skip


class ReplyForm(PlainForm):
    """Title, shortcut, whose it is, and the texts."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        help_text=gettext_lazy("What it answers, as a customer would ask it."),
    )
    shortcut = forms.CharField(
        label=gettext_lazy("Shortcut"),
        max_length=41,
        help_text=gettext_lazy("What you type after / in an answer, for example refund."),
    )

    folder = forms.CharField(
        label=gettext_lazy("Folder"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Keeps together in the list what belongs together."),
    )

    def __init__(self, *args: Any, agent: Agent, reply: SavedReply | None = None, **kwargs: Any) -> None:
        self.teams = {str(team.pk): team for team in teams_to_write_for(agent)}
        texts = {text.language: text.text for text in reply.texts.all()} if reply else {}
        if reply:
            kwargs.setdefault(
                "initial",
                {
                    "title": reply.title,
                    "shortcut": reply.shortcut,
                    "folder": reply.folder,
                    "team": MINE if reply.owner_id else str(reply.team_id or ""),
                },
            )
        super().__init__(*args, **kwargs)
        choices = [("", _("Everybody"))] if agent.is_lead else []
        choices.append((MINE, _("Only I")))
        choices += [(pk, team.name) for pk, team in self.teams.items()]
        self.fields["team"] = forms.ChoiceField(
            label=_("Who uses it"), choices=choices, required=not agent.is_lead
        )
        self.agent = agent
        self.languages = list(dict.fromkeys((*USUAL, *LANGUAGES, *texts)))
        for language in self.languages:
            self.fields[f"text_{language}"] = forms.CharField(
                label=str(LANGUAGES.get(language, language)),
                required=False,
                initial=texts.get(language, ""),
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 5, "lang": language}),
            )
        for field in self.fields.values():
            field.widget.attrs.setdefault(
                "class",
                {"Select": "select", "Textarea": "textarea"}.get(type(field.widget).__name__, "input"),
            )

    def parts(self) -> dict[str, list[Any]]:
        """The fields as the page shows them: about it, the usual languages, the others; one that is filled in is always in sight."""
        shown = [
            name
            for name in self.languages
            if name in USUAL or self[f"text_{name}"].value() or self[f"text_{name}"].errors
        ]
        return {
            "about": [self[name] for name in ("title", "shortcut", "team", "folder")],
            "shown": [self[f"text_{name}"] for name in shown],
            "more": [self[f"text_{name}"] for name in self.languages if name not in shown],
        }

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        chosen = self.cleaned_data["team"]
        team: Team | None = self.teams.get(chosen)
        texts = {name: self.cleaned_data[f"text_{name}"] for name in self.languages}
        return {
            "title": self.cleaned_data["title"],
            "shortcut": self.cleaned_data["shortcut"],
            "team": team,
            "owner": self.agent if chosen == MINE else None,
            "folder": self.cleaned_data["folder"],
            "texts": texts,
        }
