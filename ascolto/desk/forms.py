"""What people send from the desk, read and checked. Each reader raises Refused with what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Agent, Team
from ascolto.accounts.selectors import assignable_agents
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.files import TooLarge, store_file
from ascolto.conversations.models import Attachment, Status, Visibility
from ascolto.conversations.opening import agent_of
from ascolto.customers.models import CustomerGroup
from ascolto.desk.filling import read_aloud_of, read_template
from ascolto.desk.languages import LANGUAGES, language_name
from ascolto.desk.leaving import Written, refuse_too_long, written
from ascolto.gates import Refused
from ascolto.kit.text import clean
from ascolto.ui.forms import PlainForm

TEXT_AT_MOST = 200_000
FILES_AT_MOST = 30
THEN = {
    "resolve": Status.RESOLVED,
    "pending": Status.PENDING,
}  # what the send menu may do with the conversation


@dataclass(frozen=True, slots=True)
class Draft:
    """What the composer sent. `mode` is private, public or note."""

    mode: str
    account: ChannelAccount | None
    text: str
    attachments: Sequence[Attachment]
    client_key: str | None
    template: dict[str, object] | None
    then: str = ""  # what becomes of the conversation: "", resolve, pending
    generated: Sequence[int] = ()  # texts of a language model that were put into it
    overrides: Mapping[str, str] = field(default_factory=dict)  # guarantees set aside, with the reason
    seen: int | None = None  # the newest message when the text was begun
    replies: Sequence[int] = ()  # saved replies that were put into it
    answers: int | None = None  # the one message that it is for
    html: str = ""  # the same with its bold words, lists and links, where the channel shows them


def read_draft(request: HttpRequest) -> Draft:
    """The draft behind the composer's form. Raises Refused."""
    data = request.POST
    mode = data.get("mode", "")
    if mode not in Visibility.values:
        raise Refused(
            "unknown_visibility", _("It is not clear who should read it."), fix=_("Choose a reader.")
        )
    text = data.get("text", "")
    if len(text) > TEXT_AT_MOST:
        raise Refused("too_long", _("The text is far too long."), fix=_("Attach it as a file."))
    account = read_way(data.get(f"way-{mode}", "")) if mode != Visibility.NOTE else None
    template = read_template(data, account) if mode == Visibility.PRIVATE else None
    said = Written(read_aloud_of(template, text)) if template else written(text, account)
    if account is not None:
        refuse_too_long(said, account, agent_of(request), mode)
    return Draft(
        mode=mode,
        account=account,
        text=said.text,
        html=said.html,
        attachments=_attachments(request),
        client_key=clean(data.get("client_key", ""), 64) or None,
        template=template.values if template else None,
        then=data.get("then", "") if data.get("then") in THEN else "",
        generated=[int(pk) for pk in data.getlist("generated")[:20] if pk.isdigit() and len(pk) < 18],
        overrides=read_overrides(data),
        seen=read_seen(data),
        answers=read_seen(data, "answers"),
        replies=[int(pk) for pk in data.getlist("saved_reply")[:20] if pk.isdigit() and len(pk) < 18],
    )


def read_seen(data: QueryDict, name: str = "seen") -> int | None:
    """The newest message that was there when the draft was begun; or another one that a field names."""
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def read_overrides(data: QueryDict) -> dict[str, str]:
    """Why guarantees are set aside, by their names: fields `override-<name>`."""
    named = {key.removeprefix("override-"): key for key in data if key.startswith("override-")}
    reasons = {name[:40]: clean(data.get(key, ""), 500).strip() for name, key in list(named.items())[:10]}
    return {name: reason for name, reason in reasons.items() if reason}


def read_way(way: str) -> ChannelAccount | None:
    """The inbox behind "private:3"; none chosen means the one the customer used last."""
    pk = way.partition(":")[2]
    if not pk:
        return None
    account = ChannelAccount.objects.filter(pk=int(pk)).first() if pk.isdigit() and len(pk) < 18 else None
    if account is None:
        raise Refused("no_way", _("This channel is not there any more."), fix=_("Choose another channel."))
    return account


def _attachments(request: HttpRequest) -> list[Attachment]:
    wanted = [int(pk) for pk in request.POST.getlist("attachments") if pk.isdigit() and len(pk) < 18]
    found = list(Attachment.objects.filter(pk__in=wanted[:FILES_AT_MOST], uploader_id=request.user.pk))
    if len(found) != len(set(wanted)):
        raise Refused("file_taken", _("A file is not available any more."), fix=_("Attach it again."))
    return found + [keep_upload(request, file) for file in request.FILES.getlist("files")[:FILES_AT_MOST]]


def keep_upload(request: HttpRequest, file: object) -> Attachment:
    """Store an uploaded file that no message has yet. Raises Refused when it is too large."""
    try:
        return store_file(
            file.chunks(),  # type: ignore[attr-defined]
            name=file.name,  # type: ignore[attr-defined]
            content_type=file.content_type or "",  # type: ignore[attr-defined]
            uploader=request.user,
        )
    except TooLarge as error:
        raise Refused(
            "file_too_large",
            _("%(name)s is too large: %(reason)s.") % {"name": file.name, "reason": error},  # type: ignore[attr-defined]
            fix=_("Make it smaller, or send a link."),
        ) from None


def read_assignee(data: QueryDict) -> Agent | None:
    """The colleague who was chosen; empty means nobody. Raises Refused."""
    pk = data.get("assignee", "")
    if not pk:
        return None
    found = assignable_agents().filter(pk=int(pk)).first() if pk.isdigit() and len(pk) < 18 else None
    if found is None:
        raise Refused(
            "cannot_hold", _("This colleague cannot answer customers."), fix=_("Choose somebody else.")
        )
    return found


def read_team(data: QueryDict) -> Team | None:
    """The team that was chosen; empty means none. Raises Refused."""
    pk = data.get("team", "")
    if not pk:
        return None
    found = Team.objects.filter(pk=int(pk)).first() if pk.isdigit() and len(pk) < 18 else None
    if found is None:
        raise Refused("unknown_team", _("This team is not there any more."), fix=_("Choose another team."))
    return found


def read_until(data: QueryDict) -> datetime | None:
    """Until when; empty means back now. A time without a zone is the reader's. Raises Refused."""
    text = data.get("until", "").strip()
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused("bad_time", _("This is not a time."), fix=_("Choose a day and an hour."))
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def read_priority(data: QueryDict) -> int:
    """The priority's number; what is not one is refused by the action."""
    text = data.get("priority", "")
    return int(text) if text.isdigit() and len(text) < 4 else -1


@dataclass(frozen=True, slots=True)
class Later:
    """A time to snooze a conversation until."""

    label: str
    at: datetime


def later_choices(at: datetime) -> list[Later]:
    """The usual times, in the reader's time zone; those that have passed are left out."""
    local = timezone.localtime(at)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    choices = [
        Later(_("In an hour"), local.replace(second=0, microsecond=0) + timedelta(hours=1)),
        Later(_("This evening"), morning.replace(hour=18)),
        Later(_("Tomorrow morning"), morning + timedelta(days=1)),
        Later(_("Monday morning"), morning + timedelta(days=7 - local.weekday())),
        Later(_("In a week"), morning + timedelta(days=7)),
    ]
    seen: set[datetime] = set()
    return [c for c in choices if c.at > local and not (c.at in seen or seen.add(c.at))]  # type: ignore[func-returns-value]


class CustomerForm(PlainForm):
    """What is known about a customer."""

    NAMES = ("name", "language", "about")
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    language = forms.CharField(
        label=gettext_lazy("Language"),
        max_length=8,
        required=False,
        widget=forms.Select,
        validators=[
            RegexValidator(
                r"\A[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?\Z", gettext_lazy("Choose a language from the list.")
            )
        ],
    )
    about = forms.CharField(
        label=gettext_lazy("Worth knowing"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What colleagues should know. The customer does not see it."),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = forms.ModelChoiceField(
            CustomerGroup.objects.all(),
            label=_("Group"),
            required=False,
            empty_label=_("None"),
            help_text=_("What the company promises may differ by group."),
        )
        if not CustomerGroup.objects.exists():
            del self.fields["group"]
        known = dict.fromkeys((*LANGUAGES, language) if language else LANGUAGES)
        names = sorted((language_name(code), code) for code in known)
        choices = [("", _("Not known")), *((code, name) for name, code in names)]
        self.fields["language"].widget.choices = choices  # type: ignore[attr-defined]
