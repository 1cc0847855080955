"""What the stand-ins of review sites have in common: people write, change and withdraw reviews, the company replies once to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Network, Person, SentMessage


@dataclass(slots=True)
class StoredReply:
    """The company's reply under a review. `state` is the site's own word."""

    id: str
    text: str
    at: datetime
    state: str = ""
    violation: str = ""


@dataclass(slots=True)
class StoredReview:
    """A review as the site keeps it."""

    id: str
    person: Person
    rating: int
    text: str
    title: str
    created_at: datetime
    updated_at: datetime
    reply: StoredReply | None = None
    data: dict[str, Any] = field(default_factory=dict)


class ReviewSite(Network):
    """Base of the stand-ins of review sites. `moderates`: replies wait until `approve` or `reject`."""

    has_hooks: ClassVar[bool] = False
    reply_states: ClassVar[tuple[str, str, str]] = ("", "", "")  # waiting, shown, refused
    moderates: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.reviews: dict[str, StoredReview] = {}
        self.before_page: Callable[[int], object] | None = (
            None  # called with the number of pages given so far
        )
        self.pages_given = 0
        self.shows_replies_at_once = False
        self._last = datetime.min.replace(tzinfo=UTC)

    def add_person(self, name: str, **about: Any) -> Person:
        person = Person(about.pop("id", "") or self.new_id("person"), name, data=about)
        with self.lock:
            self.people.append(person)
        return person

    def moment(self) -> datetime:
        """Now, and later than every moment before: two reviews never have the same time."""
        with self.lock:
            self._last = max(now(), self._last + timedelta(milliseconds=1))
            return self._last

    def write(self, person: Person, text: str, *, public: bool = True, **more: Any) -> str:
        """A review; its id. `rating` (1 to 5), `title`, `at`, and what else the site tells of it."""
        at = more.pop("at", None) or self.moment()
        rating, title = more.pop("rating", 5), more.pop("title", "")
        review = StoredReview(self.new_id(), person, rating, text, title, at, at, data=more)
        with self.lock:
            person.last_wrote_at = at
            self.reviews[review.id] = review
        self.wrote(review, "created")
        return review.id

    def edit(self, review_id: str, text: str, **changed: Any) -> None:
        """The author changes a review."""
        with self.lock:
            review = self.reviews[review_id]
            review.text, review.updated_at = text, self.moment()
            review.rating = changed.get("rating", review.rating)
            review.title = changed.get("title", review.title)
        self.wrote(review, "updated")

    def remove(self, review_id: str) -> None:
        """The author, or the site, takes a review away."""
        with self.lock:
            review = self.reviews.pop(review_id)
        self.wrote(review, "deleted")

    def wrote(self, review: StoredReview, what: str) -> None:
        """Called after every change, for sites that tell it by hook."""

    def newest(self, by: str = "updated_at") -> list[StoredReview]:
        """All reviews, newest first."""
        with self.lock:
            return sorted(self.reviews.values(), key=lambda review: getattr(review, by), reverse=True)

    def turn_page(self) -> None:
        """A page is asked for: whatever the test wants to happen meanwhile happens."""
        if self.before_page is not None:
            self.before_page(self.pages_given)
        self.pages_given += 1

    # --- replies ---

    def reply(self, review: StoredReview, text: str) -> StoredReply:
        """The company replies; a second reply takes the first one's place."""
        waiting, shown, _ = self.reply_states
        state = waiting if self.moderates and not self.shows_replies_at_once else shown
        with self.lock:
            review.reply = StoredReply(self.new_id("reply"), text, self.moment(), state)
        self.took(
            SentMessage(id=review.reply.id, person=review.person, text=text, public=True, answers=review.id)
        )
        return review.reply

    def reply_elsewhere(self, review_id: str, text: str) -> None:
        """Somebody of the company replies on the site itself."""
        with self.lock:
            review = self.reviews[review_id]
            review.reply = StoredReply(self.new_id("reply"), text, self.moment(), self.reply_states[1])

    def approve(self, review_id: str) -> None:
        """The site shows the reply."""
        self._moderate(review_id, self.reply_states[1])

    def reject(self, review_id: str, violation: str = "SPAM") -> None:
        """The site refuses the reply."""
        self._moderate(review_id, self.reply_states[2], violation)

    def _moderate(self, review_id: str, state: str, violation: str = "") -> None:
        with self.lock:
            reply = self.reviews[review_id].reply
            if reply is None:
                raise LookupError(f"the review {review_id} has no reply")
            reply.state, reply.violation = state, violation
