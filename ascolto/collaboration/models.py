from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.kit.clock import now

_PERSON = settings.AUTH_USER_MODEL


class Seat(models.Model):
    """Somebody who has a conversation open: a row lives as long as it is refreshed (conversations.attending.EXPIRY)."""

    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="+", db_index=False
    )
    agent = models.ForeignKey(_PERSON, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8)
    heard_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="present_once")]


class Mention(models.Model):
    """A person whom a note calls by name. `team`: they were called as one of these."""

    message = models.ForeignKey("conversations.Message", models.CASCADE, related_name="mentions")
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="+", db_index=False)
    team = models.CharField(max_length=80, blank=True, default="")
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="mentioned_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="mention_of"),
            models.Index(fields=["person"], name="mention_open", condition=Q(done_at__isnull=True)),
            models.Index(fields=["conversation"], name="mention_in"),
        ]


class Department(models.Model):
    """People elsewhere in the company who are asked. `minutes`: of open time within which they promise to answer."""

    name = models.CharField(max_length=80, unique=True)
    about = models.CharField(max_length=300, blank=True, default="")  # what to ask them, in a line
    members = models.ManyToManyField(Agent, blank=True, related_name="departments")
    addresses: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # e-mail, for notices
    minutes = models.PositiveIntegerField(default=240)
    calendar = models.ForeignKey("sla.BusinessCalendar", models.PROTECT, null=True, related_name="+")
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DepartmentRequest(models.Model):
    """A question to a department about one conversation. The agent keeps the customer; the department has a clock of its own."""

    class State(models.TextChoices):
        ASKED = "asked"
        OVERDUE = "overdue"  # asked, and the promise of the department has passed
        ANSWERED = "answered"
        RETURNED = "returned"  # the department says why it cannot answer
        WITHDRAWN = "withdrawn"

    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="department_requests"
    )
    department = models.ForeignKey(Department, models.PROTECT, related_name="requests", db_index=False)
    asked_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    question = models.TextField()
    shares = models.ManyToManyField("conversations.Message", blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # when the clock has something to say: a warning, then the end
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")  # of a return
    holds = models.BooleanField(default=False)  # the conversation was put on hold for it
    client_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL leaves the unique index alone

    class Meta:
        indexes = [
            models.Index(fields=["department", "state", "due_at"], name="request_of"),
            models.Index(fields=["next_at"], name="request_next", condition=Q(next_at__isnull=False)),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def late_by(self) -> float | None:
        """Seconds after the promise at which it was settled; negative when before. None while it is open, or without a promise."""
        return (
            (self.settled_at - self.due_at).total_seconds()
            if self.settled_at is not None and self.due_at is not None
            else None
        )


OPEN = (DepartmentRequest.State.ASKED.value, DepartmentRequest.State.OVERDUE.value)


class RequestMessage(models.Model):
    """What was said in a request after the question: a note of the conversation that the department may see too."""

    request = models.ForeignKey(DepartmentRequest, models.CASCADE, related_name="messages")
    message = models.OneToOneField("conversations.Message", models.CASCADE, related_name="request_message")
    is_answer = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]


class Problem(models.Model):
    """One fault that many customers have."""

    class State(models.TextChoices):
        OPEN = "open"
        WATCHING = "watching"  # repaired, and looked at for a while
        SOLVED = "solved"

    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    topic = models.ForeignKey("understanding.Topic", models.SET_NULL, null=True, related_name="+")
    known = models.TextField(blank=True, default="")  # what is known, for colleagues
    public_text = models.TextField(blank=True, default="")  # what customers may be told
    next_update_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(default=now)
    opened_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    solved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="problem_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"PRB-{self.pk}"

    @property
    def is_solved(self) -> bool:
        return self.state == self.State.SOLVED


class ProblemUpdate(models.Model):
    """What was known of a problem from then on."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="updates")
    state = models.CharField(max_length=10, choices=Problem.State.choices)
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]


class ProblemLink(models.Model):
    """A conversation of somebody who has the problem."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="links", db_index=False)
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="problem_links"
    )
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["problem", "conversation"], name="problem_link_once")]


class Announcement(models.Model):
    """A message to everybody whom a problem affects: the same in every language that they speak."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="announcements")
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    texts: models.JSONField[dict[str, str], dict[str, str]] = (
        models.JSONField()
    )  # by language; "": for all others
    resolves = models.BooleanField(default=False)  # conversations are resolved with it
    at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)
    client_key = models.CharField(max_length=64, unique=True)  # the same form twice is one announcement

    class Meta:
        ordering = ["-id"]


class Told(models.Model):
    """What became of an announcement for one customer."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused"

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="told", db_index=False)
    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    message = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")
    code: models.CharField[str, str] = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "conversation"], name="told_once")]
        indexes = [models.Index(fields=["id"], name="told_waiting", condition=Q(state="waiting"))]
