"""Flows: written, changed, published, taken back, put away. Each save is a version; a version never changes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.bot.actions.proving import before_publishing, callers_hurt_by, callers_of, findings_of
from ascolto.bot.actions.stamping import change_stamp
from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow
from ascolto.bot.models import BotFlow, FlowVersion
from ascolto.bot.reading import read_flow
from ascolto.bot.yamltext import LONGEST
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt

MOST_FLOWS = 300
MOST_LINES_TOLD = 50  # lines of a change in the log


def check_may(by: Agent | None) -> None:
    """Raises Refused for who may not write flows; None is the system."""
    if by is not None and not by.may("bot.manage"):
        raise Refused("not_permitted", gettext_noop("You may not change the bot."))


@transaction.atomic
def create_flow(*, by: Agent | None, text: str, note: str = "") -> FlowVersion:
    """A new flow, called as its text says; nothing runs yet. Raises ValidationError (text), Refused."""
    check_may(by)
    text = checked_text(text)
    flow, findings = read_flow(text)
    if flow is None or not flow.slug:
        raise refused_for(findings)
    if BotFlow.objects.count() >= MOST_FLOWS:
        raise ValidationError({"text": _("There are %(n)s flows already.") % {"n": MOST_FLOWS}})
    try:
        with transaction.atomic():
            row = BotFlow.objects.create(slug=flow.slug, title=_title(flow), is_part=flow.is_called)
    except IntegrityError:
        there = _("There is a flow called %(name)s. Choose another name after “flow:”.") % {"name": flow.slug}
        raise ValidationError({"text": there}) from None
    version = _new_version(row, by, 1, text, note)
    _tell("flow.created", by, row, version=1)
    return version


@transaction.atomic
def save_version(
    *, by: Agent | None, flow: BotFlow, text: str, note: str = "", based_on: int | None = None
) -> FlowVersion:
    """One more version; the latest one where nothing is different. A draft may have defects, but it keeps its name.

    `based_on`: the number of the version that was changed. Raises ValidationError (text), Refused ("stale" when somebody saved meanwhile).
    """
    check_may(by)
    text = checked_text(text)
    row = _locked(flow)
    last = row.versions.first()
    if last is not None and last.text == text:
        return last
    if last is not None and based_on is not None and based_on != last.number:
        who = last.by.name if last.by else "Ascolto"
        raise Refused(
            "stale",
            gettext_noop("Somebody else saved meanwhile."),
            fix=gettext_noop("Look at what they changed, then save yours again."),
            place={"number": last.number, "by": who},
        )
    read, _findings = read_flow(text)
    if read is not None and read.slug != row.slug:
        wrong = _("This flow is called %(name)s: leave “flow: %(name)s” as it is, or write a new flow.")
        raise ValidationError({"text": wrong % {"name": row.slug}})
    version = _new_version(row, by, (last.number if last else 0) + 1, text, note)
    if read is not None and (row.title, row.is_part) != (_title(read), read.is_called):
        row.title, row.is_part = _title(read), read.is_called
        row.save(update_fields=["title", "is_part"])
    lines = _lines_changed(last.text if last else "", text)
    _tell(
        "flow.saved",
        by,
        row,
        version=version.number,
        note=version.note,
        fields=["text"],
        changes={"text": lines},
    )
    return version


@transaction.atomic
def publish(*, by: Agent | None, version: FlowVersion) -> FlowVersion:
    """Let this version run. One that is older than the running one is written again as the latest: the latest published one runs.

    Raises Refused: "findings" with them in its place, what `before_publishing` says, "archived", "callers".
    """
    check_may(by)
    row = _locked(version.flow)
    if row.archived_at is not None:
        raise Refused(
            "archived", gettext_noop("This flow was put away."), fix=gettext_noop("Take it out again.")
        )
    running = row.versions.filter(published_at__isnull=False).first()
    if running is not None and running.pk == version.pk:
        return running
    if findings := findings_of(version.text):
        raise refused_for(findings)
    if hurt := callers_hurt_by(version):
        why = gettext_noop("Flows that run it would not be right any more.")
        raise Refused("callers", why, fix=gettext_noop("Mend them first."), place={"names": hurt})
    if running is not None and running.number > version.number:
        note = _("as version %(n)s") % {"n": version.number}
        latest = row.versions.values_list("number", flat=True)[0]
        version = _new_version(row, by, latest + 1, version.text, note)
    for ask in before_publishing:
        ask(version)
    version.published_at, version.published_by = now(), by
    version.save(update_fields=["published_at", "published_by"])
    change_stamp()
    _tell("flow.published", by, row, version=version.number, previous=running.number if running else None)
    return version


@transaction.atomic
def withdraw(*, by: Agent | None, flow: BotFlow) -> bool:
    """Let no version of it run: where it answered, people do. Whether that changed anything. Raises Refused ("called")."""
    check_may(by)
    row = _locked(flow)
    if not row.versions.filter(published_at__isnull=False).exists():
        return False
    _check_uncalled(row)
    row.versions.filter(published_at__isnull=False).update(published_at=None, published_by=None)
    change_stamp()
    _tell("flow.withdrawn", by, row)
    return True


@transaction.atomic
def archive(*, by: Agent | None, flow: BotFlow) -> bool:
    """Put a flow away: it does not run. Whether that changed anything. Raises Refused ("called", "posted")."""
    check_may(by)
    row = _locked(flow)
    if row.archived_at is not None:
        return False
    _check_uncalled(row)
    if inboxes := list(row.posts.values_list("account__name", flat=True)[:5]):
        why = gettext_noop("It answers at an inbox.")
        raise Refused(
            "posted", why, fix=gettext_noop("Give the inbox to another flow first."), place={"names": inboxes}
        )
    row.archived_at = flow.archived_at = now()
    row.save(update_fields=["archived_at"])
    change_stamp()
    _tell("flow.archived", by, row)
    return True


@transaction.atomic
def restore(*, by: Agent | None, flow: BotFlow) -> bool:
    """Take a flow out again, as it was. Whether that changed anything. Raises Refused."""
    check_may(by)
    row = _locked(flow)
    if row.archived_at is None:
        return False
    row.archived_at = flow.archived_at = None
    row.save(update_fields=["archived_at"])
    change_stamp()
    _tell("flow.restored", by, row)
    return True


def checked_text(text: str) -> str:
    """The text as every database stores it, with plain line ends. Raises ValidationError."""
    if len(text) > LONGEST:
        raise ValidationError({"text": _("A flow has at most %(n)s characters.") % {"n": LONGEST}})
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"), LONGEST)
    return text if not text or text.endswith("\n") else text + "\n"


def refused_for(findings: list[Finding]) -> Refused:
    """The refusal of a text that is not right yet."""
    return Refused(
        "findings",
        gettext_noop("The flow is not right yet."),
        fix=gettext_noop("Mend what is listed, line by line."),
        place={"findings": findings},
    )


def _check_uncalled(row: BotFlow) -> None:
    if callers := callers_of(row.slug):
        why = gettext_noop("Other flows run it as a part of theirs.")
        raise Refused("called", why, fix=gettext_noop("Take it out of them first."), place={"names": callers})


def _locked(flow: BotFlow) -> BotFlow:
    return BotFlow.objects.select_for_update().get(pk=flow.pk)


def _title(flow: Flow) -> str:
    wordings = (flow.title.by_language.get(language) for language in flow.languages)
    return excerpt(clean(next((one.text for one in wordings if one and one.text), "")), 120)


def _new_version(row: BotFlow, by: Agent | None, number: int, text: str, note: str) -> FlowVersion:
    told = excerpt(clean(note, 2000), 300)
    return FlowVersion.objects.create(flow=row, number=number, text=text, note=told, by=by, created_at=now())


def _lines_changed(before: str, after: str) -> dict[str, list[str]]:
    """The lines that came and went, some of them, for the log."""
    old, new = dict.fromkeys(before.splitlines()), dict.fromkeys(after.splitlines())
    added = [line.strip()[:300] for line in new if line not in old and line.strip()]
    removed = [line.strip()[:300] for line in old if line not in new and line.strip()]
    told = {"added": added[:MOST_LINES_TOLD], "removed": removed[:MOST_LINES_TOLD]}
    return {key: lines for key, lines in told.items() if lines}


def _tell(event_type: str, by: Agent | None, row: BotFlow, **told: Any) -> None:
    emit(event_type, actor=actor_of(by), flow=row.pk, name=str(row), **told)
