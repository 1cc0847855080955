"""The clocks of a conversation, from what was gathered and what is promised."""

from __future__ import annotations

from ascolto.sla.at_hand import AtHand
from ascolto.sla.clock import run_clocks
from ascolto.sla.facts import FIRST_RESPONSE, Clock, ComplaintRule
from ascolto.sla.gathering import Gathered
from ascolto.sla.policy import choose


def clocks_now(gathered: Gathered, hand: AtHand) -> tuple[Clock, ...]:
    """The clocks of a conversation, computed."""
    return run_clocks(
        gathered.facts,
        hand.promises,
        group=gathered.conversation.customer.group_id,
        complaint_rule=rule_of(gathered, hand),
    )


def rule_of(gathered: Gathered, hand: AtHand) -> ComplaintRule | None:
    """The rule of the conversation's complaint: its days, in the calendar that counts for this customer."""
    complaint = gathered.complaint
    if complaint is None:
        return None
    promise = choose(
        hand.promises,
        FIRST_RESPONSE,
        complaint.received_at,
        channel=gathered.channel,
        group=gathered.conversation.customer.group_id,
    )
    timetable = (promise or hand.everybodys).timetable
    return ComplaintRule(complaint.days, complaint.days_are_working, timetable)
