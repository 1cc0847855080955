"""What Telvia's people do together: they ask departments, share a problem, call one another, approve, plan, merge."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from ascolto.accounts.models import Agent, Company
from ascolto.automation import worker as rules
from ascolto.collaboration.actions import requests
from ascolto.collaboration.actions.following import follow
from ascolto.collaboration.actions.problems import link, open_problem
from ascolto.collaboration.models import Department, DepartmentRequest
from ascolto.composing.actions.drafts import Content, save_draft, share_draft
from ascolto.composing.actions.planned import plan_reply
from ascolto.composing.actions.proposals import propose
from ascolto.composing.reply import Reply
from ascolto.conversations.actions import add_note, assign
from ascolto.conversations.actions.merge import merge
from ascolto.conversations.customer_labels import set_customer_labels
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.customers.actions import change_customer
from ascolto.customers.fields import set_field_values
from ascolto.customers.merging import merge as merge_customers
from ascolto.customers.notes import add_customer_note
from ascolto.kit.clock import now
from ascolto.sla.actions.commitments import make
from ascolto.testing.demo import organised
from ascolto.testing.demo.company import VISITOR
from ascolto.testing.demo.episodes import Episode, next_quarter, will_write
from ascolto.testing.demo.pens import Pens
from ascolto.testing.demo.scenes import person_of, scene
from ascolto.testing.demo.stories import script
from ascolto.testing.demo.timeline import Timeline

MARCO, SOFIA, VIKTOR = "marco@telvia.example", "sofia@telvia.example", "viktor@telvia.example"
HAVE_IT = 6  # customers who have the problem, beside the first
KNOWN = {  # what is known of customers, by scene: fields by key
    "open-fault": {"contract": "Fibra 1 Giga", "customer_code": "4471902", "paperless_bill": "yes"},
    "told-already": {"contract": "Fibra 2,5 Giga", "customer_code": "8830157"},
    "will-write": {"contract": "Mobile", "customer_code": "5120448"},
}


def plan(line: Timeline, pens: Pens) -> None:
    """Plan all of it around the scenes on the visitor's desk."""
    for ago, step in (
        (169, _find_problem),
        (166, _ask_engineers),
        (131, _engineers_answer),
        (54, _ask_administration),
        (40, _know_customers),
        (31, _promise),
        (25, rules.catch_up),  # rules hear what comes from now on
        (8, _call_anna),
        (6, _share_draft),
        (3, partial(_plan_reply, line.present)),
    ):
        line.plan(line.present - timedelta(minutes=ago), step)
    for key, ago, tell in (
        ("asked-before", 73, _merge),
        ("twin", 34, _twin),
        ("first-week", 17, _first_week),
    ):
        episode = Episode(line, pens, person_of(key), scene(key), random.Random(key))
        line.plan(line.present - timedelta(minutes=ago), partial(tell, episode))


def _person(email: str) -> Agent:
    return Agent.objects.get(email=email)


def _of(key: str) -> Conversation:
    """The conversation of a scene: the first of its customer."""
    return Conversation.objects.filter(customer__name=person_of(key).name).earliest("pk")


def _find_problem() -> None:
    """Marco sees that many have the same, and says so once."""
    marco, notes = _person(MARCO), script().notes
    problem = open_problem(
        agent=marco,
        title=notes["problem-title"],
        known=notes["problem-known"],
        public_text=notes["problem-public"],
        next_update_at=next_quarter(now() + timedelta(hours=4)),
        conversation=_of("open-fault"),
    )
    lately = Conversation.objects.filter(labels__name="guasto").exclude(pk=_of("open-fault").pk)
    for other in lately.order_by("-pk")[:HAVE_IT]:
        link(agent=marco, problem=problem, conversation=other)


def _ask_engineers() -> None:
    conversation = _of("open-fault")
    said = list(Message.objects.filter(conversation=conversation).values_list("pk", flat=True))
    requests.ask(
        agent=_person(MARCO),
        conversation=conversation,
        department=Department.objects.get(name=organised.ENGINEERS),
        question=script().notes["ask-engineers"],
        shares=said[:1],
    )


def _engineers_answer() -> None:
    viktor, asked = _person(VIKTOR), DepartmentRequest.objects.get(department__name=organised.ENGINEERS)
    requests.take(agent=viktor, request=asked)
    requests.answer(agent=viktor, request=asked, text=script().notes["engineers-answer"])


def _ask_administration() -> None:
    requests.ask(
        agent=_person(VISITOR),
        conversation=_talk_of_sergio(),
        department=Department.objects.get(name=organised.ADMINISTRATION),
        question=script().notes["ask-administration"],
    )


def _talk_of_sergio() -> Conversation:
    return Conversation.objects.get(customer__name=person_of("will-write").name, merged_into=None)


def _know_customers() -> None:
    anna, notes = _person(VISITOR), script().notes
    for key, fields in KNOWN.items():
        found = Conversation.objects.filter(customer__name=person_of(key).name).first()
        if found is not None:
            set_field_values(by=anna, customer=found.customer, given=fields)
    customer = _of("open-fault").customer
    set_customer_labels(by=anna, customer=customer, names=[organised.WORKS_FROM_HOME])
    add_customer_note(by=anna, customer=customer, text=notes["customer-note-2"])
    add_customer_note(by=anna, customer=customer, text=notes["customer-note"], is_pinned=True)
    change_customer(agent=anna, customer=customer, about="Via Saragozza, Bologna")


def _promise() -> None:
    """Marco says by when there will be news, and hands over: Anna keeps it."""
    anna, conversation = _person(VISITOR), _of("open-fault")
    due_at = next_quarter(now() + timedelta(hours=3))
    make(agent=anna, conversation=conversation, due_at=due_at, words=will_write("it", due_at))
    follow(agent=anna, conversation=conversation, person=_person(SOFIA))


def _call_anna() -> None:
    add_note(agent=_person(MARCO), conversation=_of("open-fault"), text=script().notes["mention"])


def _share_draft() -> None:
    """Marco began an answer to Sergio; whoever has the time goes on with it."""
    marco, talk = _person(MARCO), _talk_of_sergio()
    content = Content(mode=Visibility.PRIVATE, text=script().notes["draft"])
    save_draft(agent=marco, conversation=talk, content=content)
    share_draft(agent=marco, conversation=talk)


def _plan_reply(present: datetime) -> None:
    """Anna's answer to the complaint leaves on the next morning."""
    local = present.astimezone(ZoneInfo(Company.current().time_zone)) + timedelta(days=1)
    at = local.replace(hour=8, minute=30, second=0, microsecond=0)
    reply = Reply(text=script().notes["planned"], visibility=Visibility.PRIVATE, leave_at=at)
    plan_reply(agent=_person(VISITOR), conversation=_of("complaint"), reply=reply)


def _merge(episode: Episode) -> None:
    """The same person and matter on two channels, the form and mail: Anna makes one of each."""
    episode.begin()
    first = episode.pk

    def join() -> None:
        anna, source = _person(VISITOR), Conversation.objects.get(pk=first)
        target = (
            Conversation.objects.filter(customer__name=episode.person.name).exclude(pk=first).latest("pk")
        )
        if source.customer_id != target.customer_id:
            merge_customers(
                by=anna, source=source.customer, target=target.customer, why=script().notes["same-person"]
            )
        merge(agent=anna, source=Conversation.objects.get(pk=first), target=target)

    episode.line.plan(now() + timedelta(minutes=11), join)


def _twin(episode: Episode) -> None:
    """A customer who gave the code of another one: perhaps they are one person."""
    marco = _person(MARCO)
    episode.begin()
    for minutes, step in (
        (3, lambda: episode.take(marco)),
        (5, lambda: episode.say(marco, episode.story.answer)),
        (9, lambda: episode.solve(marco)),
    ):
        episode.line.plan(now() + timedelta(minutes=minutes), step)


def _first_week(episode: Episode) -> None:
    """Luca is new: somebody reads his answers before they leave."""
    luca = _person(organised.NEWCOMER)
    episode.begin()

    def ask() -> None:
        reply = Reply(text=episode.story.answer, visibility=Visibility.PRIVATE)
        propose(agent=luca, conversation=episode.conversation, reply=reply)

    episode.line.plan(now() + timedelta(minutes=2), partial(_take, episode, luca))
    episode.line.plan(now() + timedelta(minutes=6), ask)


def _take(episode: Episode, agent: Agent) -> None:
    assign(agent=agent, conversation=episode.conversation, assignee=agent, how="taken")
