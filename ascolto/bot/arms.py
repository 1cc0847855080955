"""The figures of both flows at a post that compares two, and the guard rails: a rival that does worse is stopped by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_noop

from ascolto.bot.actions.posts import stop_rival
from ascolto.bot.comparing import Share, Verdict, judge
from ascolto.bot.models import BotPost, BotRating, Dialogue
from ascolto.conversations.models import Author, Direction, Message, Visibility
from ascolto.events.log import emit
from ascolto.kit.clock import now
from ascolto.understanding.models import Intent, Reading

BACK = timedelta(days=90)  # nothing older is compared
LATER = timedelta(days=7)  # within which a complaint counts as a later one
MOST = 20_000  # dialogues of an arm that are looked at, the last ones
WORSE_HANDED = gettext_noop("The rival hands over clearly more often.")
WORSE_RATED = gettext_noop("Customers rate the rival clearly worse.")


@dataclass(frozen=True, slots=True)
class Arm:
    """What came of one flow's dialogues that are over. `handed` counts every one in which a person goes on; `wait`: the median time from
    there to the person's first words, of those that were answered; `complaints`: customers' complaints within LATER of the end."""

    dialogues: int = 0
    running: int = 0
    handed: int = 0
    why: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    silenced: int = 0
    helped: int = 0
    ratings: int = 0
    wait: timedelta | None = None
    complaints: int = 0

    @property
    def handed_share(self) -> Share:
        return Share(self.handed, self.dialogues)

    @property
    def ended_share(self) -> Share:
        return Share(self.ended, self.dialogues)

    @property
    def not_understood(self) -> Share:
        """Dialogues that two answers in a row ended that were not understood."""
        return Share(self.why["not_understood"], self.dialogues)

    @property
    def helped_share(self) -> Share:
        return Share(self.helped, self.ratings)

    @property
    def complaint_share(self) -> Share:
        return Share(self.complaints, self.dialogues)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both arms of a post, since when they run side by side, and what may be said."""

    post: BotPost
    since: datetime | None
    first: Arm
    rival: Arm

    @property
    def handed(self) -> Verdict:
        return judge(self.first.handed_share, self.rival.handed_share, less_is_better=True)

    @property
    def rated(self) -> Verdict:
        return judge(self.first.helped_share, self.rival.helped_share, less_is_better=False)

    @property
    def worse_by(self) -> str:
        """Why the rival has to stop; empty where it may go on."""
        if self.handed is Verdict.WORSE:
            return WORSE_HANDED
        return WORSE_RATED if self.rated is Verdict.WORSE else ""


def posts_with_rivals() -> QuerySet[BotPost]:
    """Where two flows are compared, or were until the rival was stopped."""
    rows = BotPost.objects.filter(Q(rival__isnull=False) | Q(rival_version__isnull=False))
    return rows.select_related("account", "flow", "rival", "rival_version__flow").order_by("account__name")


def compared(post: BotPost) -> Comparison:
    """The figures of a post: of what both flows did since the rival's first dialogue there."""
    rival = Dialogue.objects.filter(account=post.account_id, is_rival=True, started_at__gte=now() - BACK)
    which = Q(version=post.rival_version_id) if post.rival_version_id else Q(version__flow=post.rival_id)
    rival = rival.filter(which)
    since = rival.aggregate(first=Min("started_at"))["first"]
    if since is None:
        return Comparison(post, None, Arm(), Arm())
    both = Dialogue.objects.filter(account=post.account_id, started_at__gte=since)
    if post.stopped_why:
        both, rival = (
            both.filter(started_at__lte=post.changed_at),
            rival.filter(started_at__lte=post.changed_at),
        )
    first = both.filter(is_rival=False, version__flow=post.flow_id)
    return Comparison(post, since, arm_figures(first), arm_figures(rival))


def arm_figures(dialogues: QuerySet[Dialogue]) -> Arm:
    """The figures of these dialogues. A constant number of queries."""
    rows = list(dialogues.order_by("-pk").values_list("pk", "status", "why")[:MOST])
    over = [(pk, status, why) for pk, status, why in rows if status != Dialogue.Status.RUNNING]
    ids = [pk for pk, _status, _why in over]
    statuses = Counter(status for _pk, status, _why in over)
    ratings = Counter(
        BotRating.objects.filter(dialogue__in=dialogues.values("pk")).values_list("helped", flat=True)
    )
    return Arm(
        dialogues=len(over),
        running=len(rows) - len(over),
        handed=statuses[Dialogue.Status.HANDED],
        why=Counter(why for _pk, status, why in over if status == Dialogue.Status.HANDED),
        ended=statuses[Dialogue.Status.ENDED],
        silenced=statuses[Dialogue.Status.SILENCED],
        helped=ratings[True],
        ratings=ratings.total(),
        wait=_wait(dialogues) if ids else None,
        complaints=_complaints(dialogues) if ids else 0,
    )


def _wait(dialogues: QuerySet[Dialogue]) -> timedelta | None:
    """How long customers waited for a person's first words after the hand-over, in the middle."""
    answers = Message.objects.filter(
        conversation=OuterRef("conversation"),
        direction=Direction.OUT,
        author_kind=Author.AGENT,
        is_automatic=False,
        occurred_at__gte=OuterRef("ended_at"),
    ).exclude(visibility=Visibility.NOTE)
    handed = dialogues.filter(status=Dialogue.Status.HANDED, ended_at__isnull=False)
    handed = handed.annotate(answered=Subquery(answers.order_by("occurred_at").values("occurred_at")[:1]))
    told = handed.filter(answered__isnull=False).order_by("-pk").values_list("ended_at", "answered")[:MOST]
    waits = [answered - ended for ended, answered in told if ended]
    return median(waits) if waits else None


def _complaints(dialogues: QuerySet[Dialogue]) -> int:
    """Dialogues after which the same customer complained, soon."""
    later = Reading.objects.filter(
        message__conversation__customer=OuterRef("conversation__customer"),
        message__direction=Direction.IN,
        message__occurred_at__gt=OuterRef("ended_at"),
        message__occurred_at__lte=OuterRef("ended_at") + LATER,
        intent=Intent.COMPLAINT,
    )
    return dialogues.filter(ended_at__isnull=False).filter(Exists(later)).count()


# --- guard rails -----------------------------------------------------------------------------------------------------------------


def guard_rails() -> int:
    """Stop the rivals that do worse; returns how many were stopped. To be asked every minute or so, while dialogues go on."""
    rows = posts_with_rivals().filter(share__gt=0, stopped_why="", is_enabled=True)
    return sum(_guard(post) for post in rows)


def _guard(post: BotPost) -> bool:
    why = compared(post).worse_by
    if not why or not stop_rival(by=None, post=post, why=why):
        return False
    emit("bot_post.rival_stopped", account=post.account_id, name=post.account.name, why=why)
    return True
