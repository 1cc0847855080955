"""Every event of the house on one page: its name and the fields of its data. Nothing else may be emitted."""

from __future__ import annotations

CATALOGUE: dict[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        # conversations
        "conversation.created": "channel previous",
        "conversation.reopened": "",
        "conversation.status_changed": "status previous",
        "conversation.assigned": "assignee team previous_assignee previous_team how why",
        "conversation.labelled": "labels previous",
        "conversation.priority_changed": "priority previous",
        "conversation.renamed": "subject previous",
        "conversation.snoozed": "until",
        "conversation.spam_marked": "spam",
        "conversation.participant_added": "person",
        "conversation.participant_removed": "person",
        # messages
        "message.received": "message channel visibility automatic echo",
        "message.added": "message visibility channel provenance",
        "message.sent": "message channel",
        "message.delivered": "message",
        "message.read": "message",
        "message.delivery_failed": "message error reason",
        "message.delivery_uncertain": "message reason",
        "message.resent": "message",
        "message.answered_privately": "message",
        "message.moderated": "message verb",
        "message.edited": "message",
        "message.amended": "message",
        "message.removed": "message",
        "message.reacted": "message emoji",
        "message.file_arrived": "message attachment",
        # understanding
        "message.understood": "message language sentiment anger urgency intent topic needs_answer",
        "message.corrected": "message field was became",
        "lookalike.grown": "lookalike size message",
        "topic.changed": "topic name fields",
        "model.learnt": "head version state why",
        "model.made_live": "head version previous why",
        # promises: clocks (kind: first_response, next_response, resolution, complaint) and dated promises of people
        "sla.due_changed": "due_at",
        "sla.warned": "clock kind due_at",
        "sla.breached": "clock kind due_at",
        "sla.met": "clock kind due_at late_by",
        "sla.corrected": "clock kind state previous due_at",  # by something that became known late
        "sla.escalated": "clock kind step action to refused",
        "sla.notice_sent": "clock message",
        "sla.notice_skipped": "clock reason",
        "policy.changed": "policy name fields reason",
        "calendar.changed": "calendar name fields",
        "complaint.registered": "code received_at due_at pack",
        "complaint.withdrawn": "code reason",
        "commitment.proposed": "commitment message due_at",
        "commitment.made": "commitment message due_at owner",
        "commitment.changed": "commitment due_at previous reason",
        "commitment.due": "commitment due_at owner",
        "commitment.kept": "commitment message late_by",
        "commitment.broken": "commitment due_at owner",
        "commitment.withdrawn": "commitment reason",
        # routing
        "agent.presence_changed": "agent state previous",
        "routing.changed": "fields agent team reason",
        "routing.returned": "reason previous_assignee",
        "conversation.wait_told": "message seconds position",
        "conversation.hand_off_asked": "hand_off to_agent to_team",
        "conversation.hand_off_refused": "hand_off by reason proposed_agent proposed_team",
        "conversation.hand_off_withdrawn": "hand_off",
        "conversation.handed_off": "hand_off from_agent to_agent to_team count",
        "conversation.hand_off_limit": "count",
        # charter
        "charter.stopped": "guarantee gate code",
        "charter.overridden": "guarantee gate code reason",
        "charter.breached": "guarantee what",
        "charter.changed": "guarantee fields reason",
        # knowledge
        "saved_reply.created": "reply title team",
        "saved_reply.changed": "reply title fields",
        "saved_reply.archived": "reply title",
        "saved_reply.restored": "reply title",
        "suggestion.judged": "message kind target said",
        "enquiry.asked": "enquiry",
        # customers
        "customer.created": "",
        "customer.changed": "fields",
        "customer.handle_changed": "namespace",
        "customer.consent_changed": "granted scope",
        "customer_group.changed": "group name fields",
        # channels
        "channel.connected": "name kind",
        "channel.changed": "name fields",
        "channel.enabled": "name",
        "channel.disabled": "name",
        "channel.failed": "error reason",
        "channel.recovered": "",
        "channel.news": "title level detail",
        "channel.silent": "hours received expected",
        "channel.heard": "",
        "channel.expiring": "days expires_at",
        # generation
        "language_model.changed": "fields",
        "language_model.paused": "error",
        "language_model.recovered": "",
        # intake
        "raw_event.dead": "raw_event error",
        "raw_event.replayed": "raw_events",
        "raw_event.dismissed": "raw_events",
        # accounts
        "agent.created": "agent email role",
        "agent.changed": "agent fields previous",
        "agent.invited": "agent",
        "agent.deactivated": "agent",
        "agent.signed_in": "agent",
        "agent.signed_out": "agent",
        "agent.sign_in_failed": "email",
        "agent.password_changed": "agent",
        "team.created": "team name",
        "team.changed": "team fields",
        "token.created": "token agent scopes",
        "token.revoked": "token",
        "company.changed": "fields previous",
        "company.set_up": "",
        "demo.started": "",
    }.items()
}


class UnknownEvent(ValueError):
    """The event, or a field of its data, is not in the catalogue."""


def check(event_type: str, data: dict[str, object]) -> None:
    """Raise UnknownEvent unless the catalogue knows the type and every field."""
    fields = CATALOGUE.get(event_type)
    if fields is None:
        raise UnknownEvent(f"{event_type!r} is not in events/catalogue.py")
    if unknown := data.keys() - fields:
        raise UnknownEvent(f"{event_type} has no field {', '.join(sorted(unknown))} in events/catalogue.py")
