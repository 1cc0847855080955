"""What a flow is: texts, slots, conditions, nodes. Pure; made from YAML by `reading.py`, walked by `engine.py`, proved by `graph.py`.

A flow is a graph. Its nodes say, ask, offer a menu, look something up, ask another system, open a request, promise a call-back, look
whether somebody is there, set labels, decide, run another flow, hand over to a person, end. `edges()` names where each one may lead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

PERSON = "person"  # where an edge leads that hands over at once, in every flow
RETURN = "return"  # the end of a sub-flow; of a flow that nobody called: its end
KEYWORDS = frozenset({PERSON, RETURN})
SLOT_TYPES = frozenset({"code", "phone", "email", "date", "number", "choice", "text", "files"})
CHANNELS = frozenset({"phone", "chat", "whatsapp", "messenger", "instagram", "telegram", "sms", "email"})
MOST_OPTIONS = 5
MOST_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language: as it is written, and as other channels want it. `plurals` by category ("one", "other") of `count`."""

    text: str = ""
    variants: Mapping[str, str] = field(default_factory=dict)  # by channel; "phone" is spoken
    count: str = ""  # the slot whose number decides
    plurals: Mapping[str, str] = field(default_factory=dict)
    line: int = field(default=0, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)  # of variants and plural forms

    def placed(self) -> Iterator[tuple[str, int]]:
        """All its texts, each with its own line."""
        if self.text:
            yield self.text, self.lines.get("text", self.line)
        for told in (self.variants, self.plurals):
            for key, text in told.items():
                yield text, self.lines.get(key, self.line)

    def every(self) -> Iterator[str]:
        """All its texts."""
        if self.text:
            yield self.text
        yield from self.variants.values()
        yield from self.plurals.values()


@dataclass(frozen=True, slots=True)
class Text:
    """A text in several languages. `line`: where it stands."""

    by_language: Mapping[str, Wording] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """Something to be known. `known`: names of what the product may know already (`customer_code`, `phone`, `field:…`), the best first.

    `mask`: the form of a code: 9 a digit, A a letter, * either, all else as it is ("TV999999"). `values`: of a choice.
    `is_optional`: a customer may say that there is none; then it counts as asked, and not as known.
    """

    name: str
    type: str
    ask: Text
    again: Text
    mask: str = ""
    values: Mapping[str, Text] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    latest: timedelta | None = None  # of a date: so far in the future at most
    is_optional: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """All of what is given must hold. `slots`: by name the values that count; an empty tuple asks only whether it is known."""

    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    is_identified: bool | None = None
    has_problem: bool | None = None
    hours: tuple[int, int] | None = None  # from … until, in minutes of the company's day
    weekdays: frozenset[int] = frozenset()  # 0 is Monday
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a flow. `next`: where it goes on."""

    name: str
    line: int = 0
    next: str = ""

    def edges(self) -> Iterator[tuple[str, str]]:
        """(what leads there, the node's name) of everything that may come next."""
        if self.next:
            yield "next", self.next

    def texts(self) -> Iterator[Text]:
        """Everything that it may say."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Say(Node):
    """Says something, and goes on. `is_commercial`: it offers something for sale."""

    text: Text = field(default_factory=Text)
    is_commercial: bool = False

    def texts(self) -> Iterator[Text]:
        yield self.text


@dataclass(frozen=True, slots=True)
class Ask(Node):
    """Asks for a slot, unless it is known."""

    slot: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu. `words`: by language what people say for it; `topics`: what is understood that means it.

    `is_complaint`: it takes complaints. `goes_back`: it leads to a menu above.
    """

    id: str
    label: Text
    next: str
    spoken: Text = field(default_factory=Text)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    is_complaint: bool = False
    goes_back: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Menu(Node):
    """Offers choices and waits. What nobody understands is asked again once, then it goes to a person."""

    text: Text = field(default_factory=Text)
    options: tuple[Option, ...] = ()

    def edges(self) -> Iterator[tuple[str, str]]:
        for option in self.options:
            yield f"options.{option.id}", option.next

    def texts(self) -> Iterator[Text]:
        yield self.text
        for option in self.options:
            yield option.label
            if option.spoken.by_language:
                yield option.spoken


@dataclass(frozen=True, slots=True)
class LookUp(Node):
    """Looks for an answer in what the company knows, to the last words of the customer or to `about` (a slot). It says what it found,
    with its source; `next` follows then, `missing` where there is nothing that is certain enough.

    `is_worded`: a language model may put it into words that fit the question, where an administrator switched that on.
    """

    about: str = ""
    missing: str = ""
    is_worded: bool = False

    def edges(self) -> Iterator[tuple[str, str]]:
        if self.next:
            yield "found", self.next
        if self.missing:
            yield "missing", self.missing


@dataclass(frozen=True, slots=True)
class Call(Node):
    """Asks another system (an action that an administrator allowed) and keeps what it answers. `failed` follows when it does not."""

    action: str = ""
    send: tuple[str, ...] = ()  # slots
    save: Mapping[str, str] = field(default_factory=dict)  # slot ← name in the answer
    timeout: timedelta = timedelta(seconds=5)
    failed: str = ""

    def edges(self) -> Iterator[tuple[str, str]]:
        if self.next:
            yield "next", self.next
        if self.failed:
            yield "failed", self.failed


@dataclass(frozen=True, slots=True)
class Request(Node):
    """Opens a request for a department. `text` is what colleagues read, with slots."""

    department: str = ""
    text: Text = field(default_factory=Text)

    def texts(self) -> Iterator[Text]:
        yield self.text


@dataclass(frozen=True, slots=True)
class CallBack(Node):
    """Promises that somebody calls `number` (a slot of type phone) within so much open time. It says by when."""

    number: str = ""
    within: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hours(Node):
    """Whether people are there: `next` when they are, `closed` otherwise. `calendar`: its name; empty is the company's own."""

    calendar: str = ""
    closed: str = ""

    def edges(self) -> Iterator[tuple[str, str]]:
        if self.next:
            yield "open", self.next
        if self.closed:
            yield "closed", self.closed


@dataclass(frozen=True, slots=True)
class Mark(Node):
    """Sets labels, the topic, the priority."""

    labels: tuple[str, ...] = ()
    topic: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """The first condition that holds decides; `next` where none does."""

    cases: tuple[tuple[Condition, str], ...] = ()

    def edges(self) -> Iterator[tuple[str, str]]:
        for place, (_, target) in enumerate(self.cases):
            if target:
                yield f"when.{place + 1}", target
        if self.next:
            yield "else", self.next


@dataclass(frozen=True, slots=True)
class SubFlow(Node):
    """Runs another flow, with the same slots, and goes on when it returns."""

    flow: str = ""


@dataclass(frozen=True, slots=True)
class HandOff(Node):
    """A person goes on, with everything that is known. `text` is said first; without one the house's own words are."""

    team: str = ""
    text: Text = field(default_factory=Text)

    def texts(self) -> Iterator[Text]:
        if self.text.by_language:
            yield self.text


@dataclass(frozen=True, slots=True)
class End(Node):
    """The end. `resolves`: the matter counts as settled."""

    text: Text = field(default_factory=Text)
    resolves: bool = False

    def texts(self) -> Iterator[Text]:
        if self.text.by_language:
            yield self.text


WAITING = (Ask, Menu)  # nodes that let the customer speak
STOPPING = (HandOff, End)


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole flow. `person_words`: by language what a customer says who wants a person, besides the house's own words."""

    slug: str
    languages: tuple[str, ...]
    start: str
    nodes: Mapping[str, Node]
    slots: Mapping[str, Slot] = field(default_factory=dict)
    title: Text = field(default_factory=Text)
    disclosure: Text = field(default_factory=Text)
    person_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    person_team: str = ""  # who is asked first when somebody wants a person
    is_called: bool = False  # a part of other flows: it is not offered to customers by itself
    line: int = 0
    lines: Mapping[str, int] = field(
        default_factory=dict, compare=False
    )  # of edges: "node.next", "node.options.bill"
