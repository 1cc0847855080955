"""What Telvia promises, and how its conversations find people."""

from __future__ import annotations

from datetime import timedelta

from ascolto.accounts.models import Agent, Team
from ascolto.customers.actions import make_group
from ascolto.customers.models import CustomerGroup
from ascolto.routing.actions.rules import change_queue, change_rules, change_skills
from ascolto.sla.actions.calendars import create_calendar
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.policies import Terms, ensure_everybodys, set_policy
from ascolto.sla.models import BusinessCalendar
from ascolto.understanding.actions.starters import load_set
from ascolto.understanding.models import Topic

BUSINESS = "Business"
SKILLS = {  # languages, kinds of channels (empty: all), hundredths of a person
    "anna@telvia.example": (("it", "en"), (), 60),  # leads, and takes a few: something is left for a visitor
    "marco@telvia.example": (("it", "en"), (), 160),
    "sofia@telvia.example": (("it", "en"), (), 160),
    "giorgia@telvia.example": (("it", "en", "fr"), (), 160),
}
WEIGHTS = {"telephone": 40, "chat": 20}  # Telvia's calls are asked for, and made when there is time
QUEUES = {  # topics and kinds of channels that come to a team first, and who helps
    "Network": (
        ("Linea che non va", "Internet lento", "Attivazione e tecnico", "Copertura"),
        ("telephone", "whatsapp", "x", "appstore", "mastodon", "chat"),
        "Shop",
    ),
    "Billing": (
        ("Bolletta", "Disdetta e recesso", "Giga, credito e ricarica"),
        ("email", "form", "sms", "telegram"),
        "Network",
    ),
    "Shop": (
        ("Offerte e prezzi", "SIM e portabilità", "Modem e apparecchi"),
        ("facebook", "messenger", "instagram", "google_reviews", "webhook"),
        "Network",
    ),
}
WEEK = {str(day): [["08:00", "22:00"]] for day in range(7)}
HOURS = {"time_zone": "Europe/Rome", "weekly": WEEK, "holidays": {"country": "IT", "subdivision": ""}}


def arrange(visitor: Agent) -> None:
    """Promises, groups, skills and queues; called once, when the company is founded."""
    _promise(visitor)
    load_set("telecom.it", by=visitor)
    change_rules(by=visitor, is_on=True, weights=WEIGHTS)
    topics = {topic.name: topic for topic in Topic.objects.all()}
    teams = {team.name: team for team in Team.objects.all()}
    for agent in Agent.objects.filter(email__in=SKILLS):
        languages, channels, capacity = SKILLS[agent.email]
        change_skills(
            by=visitor, agent=agent, topics=(), languages=languages, channels=channels, capacity=capacity
        )
    for name, (about, comes_by, helps) in QUEUES.items():
        wanted = [topics[one] for one in about if one in topics]
        change_queue(
            by=visitor,
            team=teams[name],
            topics=wanted,
            languages=(),
            channels=comes_by,
            overflow=teams[helps],
        )


def _promise(visitor: Agent) -> None:
    """Everybody is promised the same, day and night, so that a visitor at midnight sees the same company; the hotline alone has
    hours, and a reason that the Charter shows."""
    always = ensure_everybodys().calendar
    hotline = create_calendar(by=visitor, name="Hotline, 8 to 22", content=HOURS)
    set_policy(by=visitor, terms=_terms(30, 30, 2, always))
    set_policy(
        by=visitor,
        terms=_terms(30, 30, 2, hotline),
        channel="telephone",
        name="Telephone",
        reason="Nobody sits at the hotline at night: who calls after ten is called back from eight.",
    )
    group = make_group(by=visitor, name=BUSINESS)
    set_policy(by=visitor, terms=_terms(15, 20, 1, always), group=group, name=BUSINESS)
    change_settings(by=visitor, pack="it-agcom", delay_notice=True, tell_wait=True)


def _terms(first: int, following: int, days: int, calendar: BusinessCalendar) -> Terms:
    minutes = timedelta(minutes=first), timedelta(minutes=following)
    return Terms(
        first_response=minutes[0],
        next_response=minutes[1],
        resolution=timedelta(days=days),
        calendar=calendar,
    )


def business() -> CustomerGroup:
    """The customers with a better promise."""
    return CustomerGroup.objects.get(name=BUSINESS)
