"""Settings by their words: sections, single fields of their forms, and what people call them elsewhere.

The registry is built once from the forms themselves, so that a new field is found without anybody adding it; its words are read in
the reader's language and in English at each search. Synonyms of a section stand in `accounts.sections`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.forms import PasswordForm, ProfileForm, SessionsForm
from ascolto.accounts.sections import SECTIONS, Section
from ascolto.automation.occasions import HoursForm, StarsForm
from ascolto.channels.registry import all_adapters
from ascolto.channels.selectors import settings_of
from ascolto.collaboration.forms import DepartmentForm
from ascolto.generation.forms import ServerForm
from ascolto.kit.text import clean, fold
from ascolto.knowledge.forms import ReplyForm
from ascolto.notifications.forms import WishesForm
from ascolto.routing.forms import AbsenceForm, GroupForm, QueueForm, RulesForm, ShiftsForm, SkillsForm
from ascolto.sla.forms import CalendarForm, ChoicesForm, LadderForm, NoticeForm, PolicyForm
from ascolto.ui.jinja import url_or_none
from ascolto.understanding.forms import TopicForm
from ascolto.workspace import forms, people_forms

QUERY_LIMIT, FOUND_AT_MOST = 100, 40
FORMS: tuple[tuple[str, str, Any], ...] = (  # section, address, form
    ("company", "workspace:company", forms.CompanyForm),
    ("appearance", "workspace:appearance", forms.AppearanceForm),
    ("people", "workspace:people", people_forms.InviteForm),
    ("teams", "workspace:teams", people_forms.TeamForm),
    ("roles", "workspace:roles", people_forms.NewRoleForm),
    ("tokens", "workspace:tokens", forms.TokenForm),
    ("profile", "accounts:profile", ProfileForm),
    ("profile", "accounts:profile", PasswordForm),
    ("profile", "accounts:profile", SessionsForm),
    ("promises", "sla:new-policy", PolicyForm),
    ("promises", "sla:new-calendar", CalendarForm),
    ("promises", "sla:ladder", LadderForm),
    ("promises", "sla:choices", ChoicesForm),
    ("promises", "sla:promises", NoticeForm),
    ("routing", "routing:rules", RulesForm),
    ("routing", "routing:people", SkillsForm),
    ("routing", "routing:people", ShiftsForm),
    ("routing", "routing:people", AbsenceForm),
    ("routing", "routing:teams", QueueForm),
    ("routing", "routing:groups", GroupForm),
    ("topics", "understanding:topics", TopicForm),
    ("language-model", "generation:settings", ServerForm),
    ("saved-replies", "knowledge:replies", ReplyForm),
    ("rules", "automation:new-rule", HoursForm),
    ("rules", "automation:new-rule", StarsForm),
    ("departments", "collaboration:new-department", DepartmentForm),
    ("notifications", "notifications:wishes", WishesForm),
)

# settings that stand on their page without a form of Django's
PLAIN: tuple[tuple[str, str, str | Promise], ...] = (
    ("approvals", "composing:rules", _("Answers need an approval")),
    ("approvals", "composing:rules", _("Only of new colleagues, in their first days")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to find: the section it stands in, its address, its words; a field of a form, or the section itself."""

    section: Section
    url_name: str
    label: str | Promise
    help: str | Promise = ""
    words: str | Promise = ""
    is_section: bool = False

    def told(self) -> tuple[str, str]:
        """Its name, and everything else that it can be found by, in the language that is active."""
        about = (self.help, self.words, self.section.label, self.section.words)
        return str(self.label), " ".join(str(text) for text in about if text)


@cache
def registry() -> tuple[Entry, ...]:
    """Every section and every field of a form of settings."""
    by_key = {section.key: section for section in SECTIONS}
    entries = [Entry(s, s.url_name, s.label, words=s.words, is_section=True) for s in SECTIONS]
    for key, url_name, form in FORMS:
        if (section := by_key.get(key)) is not None:
            entries += [
                Entry(section, url_name, field.label, field.help_text)
                for field in form.base_fields.values()
                if field.label
            ]
    entries += [Entry(by_key[key], url_name, label) for key, url_name, label in PLAIN if key in by_key]
    return (*entries, *_of_channels(by_key["inboxes"]))


def _of_channels(inboxes: Section) -> Iterator[Entry]:
    """The settings of every channel, found under its name; translated when they are read."""
    for adapter in all_adapters().values():
        for setting in settings_of(adapter):
            label = f"{adapter.label}: {setting.label}"
            yield Entry(inboxes, "workspace:choose-channel", label, setting.help, words=adapter.label)


@dataclass(frozen=True, slots=True)
class Found:
    """One line of what was found."""

    label: str
    about: str
    section: str
    icon: str
    href: str
    is_section: bool


def find_settings(request: HttpRequest, query: str) -> list[Found]:
    """What the words of `query` are in, the best first: words in the name before words in what is said about it."""
    wanted = fold(clean(query[: QUERY_LIMIT * 4], QUERY_LIMIT)).split()[:8]
    if not wanted:
        return []
    seen = [entry for entry in registry() if entry.section.seen_by(request.user)]
    with override("en"):
        english = [entry.told() for entry in seen]
    ranked = []
    for place, entry in enumerate(seen):
        score = _score(wanted, [entry.told(), english[place]])
        if score and (href := url_or_none(entry.url_name) or url_or_none(entry.section.url_name)):
            ranked.append((-score, not entry.is_section, place, entry, href))
    found = (_found(entry, href) for *_rank, entry, href in sorted(ranked, key=lambda row: row[:3]))
    return list({(one.label, one.href): one for one in found}.values())[:FOUND_AT_MOST]


def _score(wanted: Iterable[str], texts: Iterable[tuple[str, str]]) -> int:
    """0 where a word is missing; more where more of them begin a word of the name. Words count from their first letters on."""
    best = 0
    for name, about in texts:
        in_name, in_about = fold(name).split(), fold(about.replace(",", " ")).split()
        total = 0
        for word in wanted:
            stem = (
                word[:-1] if len(word) > 5 else word
            )  # one letter of an ending may differ: festivo, festivi
            if any(other.startswith(stem) for other in in_name):
                total += 3
            elif any(other.startswith(stem) for other in in_about):
                total += 1
            else:
                total = 0
                break
        best = max(best, total)
    return best


def _found(entry: Entry, href: str) -> Found:
    label = str(entry.label)
    if ": " in label and not entry.is_section:  # of a channel: both halves are messages of their own
        channel, _colon, setting = label.partition(": ")
        label = f"{gettext(channel)}: {gettext(setting)}"
    about = gettext(str(entry.help)) if entry.help else ""
    return Found(label, about, str(entry.section.label), entry.section.icon, href, entry.is_section)
