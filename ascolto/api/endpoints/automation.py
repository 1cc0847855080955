"""Macros: listed, tried, used, taken back. Rules: listed, switched, and what they did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from ascolto.api import automation_documents as d
from ascolto.api.bodies import Id, Limit, ShortText
from ascolto.api.documents import Meta as PageMeta
from ascolto.api.documents import Reference
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import Problem
from ascolto.api.routing import Answer, Call
from ascolto.automation.actions import run_macro, switch_rule, undo_macro
from ascolto.automation.actions.macros import macro_sentence
from ascolto.automation.actions.using import preview_macro
from ascolto.automation.models import Macro, MacroRun, Rule, RuleRun
from ascolto.automation.selectors import list_macros, list_rules, runs_of, visible_macros
from ascolto.automation.showing import sentences_of
from ascolto.automation.steps import Known
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Conversation

Numbered = Annotated[str, Meta(pattern="^[0-9]{0,18}$")]


class MacroQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`q`: words that are all in the name or the shortcut."""

    q: ShortText = ""
    limit: Limit = 50
    cursor: Numbered = ""


class RunQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The last ones first."""

    limit: Limit = 50
    cursor: Numbered = ""


class UseBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`confirmed`: what would be sent was read; without it a text that would be sent comes back as a draft."""

    macro_id: Id
    confirmed: bool = False


class SwitchBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the rule runs; switching it on lets a paused one run again."""

    is_enabled: bool


def list_all_macros(call: Call) -> Answer:
    """The macros that the token's agent may use, the oldest first."""
    query: MacroQuery = call.query
    rows = list_macros(call.agent, words=query.q).order_by("pk")
    if query.cursor:
        rows = rows.filter(pk__gt=int(query.cursor))
    found, known = list(rows[: query.limit + 1]), Known()
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(d.MacroList([_macro(row, known) for row in found[: query.limit]], PageMeta(more)))


def _macro(row: Macro, known: Known) -> d.Macro:
    return d.Macro(
        id=row.pk,
        name=row.name,
        shortcut=row.shortcut,
        scope=row.scope,  # type: ignore[arg-type]
        team=Reference(row.team.pk, row.team.name) if row.team else None,
        sentence=macro_sentence(row, known),
        steps=row.steps,
        times_used=row.times_used,
    )


def _conversation(call: Call) -> Conversation:
    return access_conversation(call.agent, find_id(call), to="manage")


def preview_one_macro(call: Call) -> Answer:
    """What each step would do to this conversation. Nothing is changed."""
    conversation = _conversation(call)
    macro = visible_macros(call.agent).get(pk=_number(call.path["macro"]), archived_at=None)
    tried = preview_macro(agent=call.agent, macro=macro, conversation=conversation)
    steps = [
        d.StepTried(
            kind=one.planned.step.kind,
            words=one.effect.words,
            changes=one.effect.changes,
            refused=one.effect.refused.code if one.effect.refused else None,
            message=one.effect.refused.message if one.effect.refused else "",
            guarantee=one.effect.refused.guarantee if one.effect.refused else "",
        )
        for one in tried
    ]
    return Answer(d.MacroPreview(steps, conversation.version))


def use_macro(call: Call) -> Answer:
    """Do every step; one that a guarantee refuses leaves the others alone."""
    conversation, body = _conversation(call), call.body
    macro = visible_macros(call.agent).get(pk=body.macro_id)
    ran = run_macro(agent=call.agent, macro=macro, conversation=conversation, confirmed=body.confirmed)
    draft = {"text": ran.draft["text"], "visibility": ran.draft["visibility"]} if ran.draft else None
    return Answer(d.MacroRun(ran.run.pk if ran.run else None, [_step(line) for line in ran.done], draft))


def undo_macro_run(call: Call) -> Answer:
    """Take back what a macro of yours did; what somebody changed since stays."""
    run = MacroRun.objects.get(pk=_number(call.path["run"]), conversation=_conversation(call))
    return Answer(d.MacroUndone(undo_macro(agent=call.agent, run=run)))


def _number(text: str) -> int:
    """Raises the problem `not-found`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return int(text)


def _step(line: Mapping[str, Any]) -> d.StepDone:
    return d.StepDone(line["kind"], line["outcome"], line.get("code", ""), line.get("message", ""))


def list_all_rules(call: Call) -> Answer:
    """Every rule in its order, in one page."""
    _check(call)
    rows = list(list_rules())
    told = [_rule(row, sentence) for row, sentence in zip(rows, sentences_of(rows), strict=True)]
    return Answer(d.RuleList(told, PageMeta(None)))


def get_rule(call: Call) -> Answer:
    """One rule."""
    _check(call)
    row = Rule.objects.select_related("version").get(pk=read_id(call))
    return Answer(_rule(row, sentences_of([row])[0]))


def change_one_rule(call: Call) -> Answer:
    """Let a rule run, or not."""
    _check(call)
    row = Rule.objects.select_related("version").get(pk=read_id(call))
    switch_rule(by=call.agent, rule=row, on=call.body.is_enabled)
    return Answer(_rule(row, sentences_of([row])[0]))


def list_rule_runs(call: Call) -> Answer:
    """What a rule did, the last first."""
    _check(call)
    query: RunQuery = call.query
    rows = runs_of(call.agent, Rule.objects.get(pk=read_id(call))).order_by("-pk")
    if query.cursor:
        rows = rows.filter(pk__lt=int(query.cursor))
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(d.RuleRunList([_run(row) for row in found[: query.limit]], PageMeta(more)))


def _check(call: Call) -> None:
    if not call.agent.may("rules.manage"):
        raise Problem("not-allowed", "Only who writes rules sees them.")


def _rule(row: Rule, sentence: str) -> d.Rule:
    return d.Rule(
        id=row.pk,
        name=row.name,
        is_enabled=row.is_enabled,
        paused_at=row.paused_at,
        paused_why=row.paused_why,
        position=row.position,
        version=row.version.number if row.version else 0,
        sentence=sentence,
        says=row.version.says if row.version else {},
    )


def _run(row: RuleRun) -> d.RuleRun:
    return d.RuleRun(
        id=row.pk,
        at=row.at,
        conversation_id=row.conversation_id,
        version=row.version.number,
        outcome=row.outcome,  # type: ignore[arg-type]
        why=row.why,
        steps=[_step(line) for line in row.steps],
    )
