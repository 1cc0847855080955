"""Channel × capability, as the sheets say it: for the documentation and for the settings. Pure; texts are English sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext_noop as _

from ascolto.channels.capabilities import Counting
from ascolto.channels.protocol import Adapter


@dataclass(frozen=True, slots=True)
class Said:
    """An English source text with its gaps; whoever shows it translates the text and fills them."""

    text: str
    gaps: Mapping[str, str | int] = field(default_factory=dict)

    def in_words(self, translate: Callable[[str], str] = str, number: Callable[[int], str] = str) -> str:
        """The text in a reader's language."""
        gaps = {name: number(gap) if isinstance(gap, int) else gap for name, gap in self.gaps.items()}
        return translate(self.text) % gaps if gaps else translate(self.text)


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a channel can do it, and what there is to add."""

    has: bool
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a channel may be able to do."""

    key: str
    label: str
    of: Callable[[Adapter], Cell]


@dataclass(frozen=True, slots=True)
class Row:
    """Everything about one channel, in the order of FEATURES."""

    adapter: Adapter
    cells: Mapping[str, Cell]


def rows(adapters: Iterable[Adapter]) -> list[Row]:
    """One row a channel."""
    return [Row(adapter, {feature.key: feature.of(adapter) for feature in FEATURES}) for adapter in adapters]


def _yes(has: bool, *said: Said | None) -> Cell:
    return Cell(has, tuple(item for item in said if item is not None) if has else ())


def _flag(name: str) -> Callable[[Adapter], Cell]:
    return lambda adapter: Cell(bool(getattr(adapter.capabilities, name)))


# --- the features -------------------------------------------------------------------------------------------------


def _audience(adapter: Adapter) -> Cell:
    words = {
        "customers": _("customers"),
        "departments": _("departments of the company"),
        "listening": _("listening only"),
    }
    return Cell(True, (Said(words[adapter.capabilities.audience]),))


def _receives(adapter: Adapter) -> Cell:
    by_hook = type(adapter).verify is not Adapter.verify
    every = adapter.polls_every
    how: list[Said | None] = [Said(_("by webhook")) if by_hook else None]
    if every is not None and by_hook:
        how.append(Said(_("and looks after what was lost")))
    elif every is not None:
        how.append(Said(_("asks the network")))
    elif adapter.doors:
        how = [Said(_("by our own page"))]
    return _yes(adapter.capabilities.listens, *how)


def _privately(adapter: Adapter) -> Cell:
    sheet = adapter.capabilities
    return Cell(sheet.private and sheet.answers)


def _publicly(adapter: Adapter) -> Cell:
    sheet = adapter.capabilities
    return Cell(sheet.public and sheet.answers)


def _length(visibility: str) -> Callable[[Adapter], Cell]:
    def of(adapter: Adapter) -> Cell:
        sheet = adapter.capabilities
        side = sheet.answers and (sheet.public if visibility == "public" else sheet.private)
        limits = sheet.limits(visibility)
        parts = Said(_("longer ones leave in parts")) if sheet.parts and visibility == "private" else None
        return _yes(side, Said(_COUNTED[limits.counting], {"n": limits.max_length}), parts)

    return of


_COUNTED = {
    Counting.CHARACTERS: _("%(n)s characters"),
    Counting.UTF16: _("%(n)s characters, most emoji count two"),
    Counting.BYTES: _("%(n)s bytes"),
    Counting.GRAPHEMES: _("%(n)s characters as they are seen"),
    Counting.WEIGHTED: _("%(n)s characters, wide ones and emoji count two, links 23"),
    Counting.LINKS_23: _("%(n)s characters, links count 23"),
}


def _time(adapter: Adapter) -> Cell:
    """How long a free answer may leave after the customer wrote; False: as long as one likes."""
    limits = adapter.capabilities.limits("private")
    said = [lasting(limits.reply_window)] if limits.reply_window else []
    if limits.human_window and limits.human_window != limits.reply_window:
        said.append(lasting(limits.human_window, _BY_PEOPLE))
    return Cell(bool(said), tuple(said))


_TIMES = (_("%(n)s days"), _("%(n)s hours"), _("%(n)s minutes"))
_BY_PEOPLE = (_("people %(n)s days"), _("people %(n)s hours"), _("people %(n)s minutes"))


def lasting(span: timedelta, texts: tuple[str, str, str] = _TIMES) -> Said:
    """A time span in whole days, hours or minutes."""
    for text, unit in zip(texts, (timedelta(days=1), timedelta(hours=1)), strict=False):
        if span % unit == timedelta() and span // unit > 1:
            return Said(text, {"n": span // unit})
    return Said(texts[2], {"n": span // timedelta(minutes=1)})


def _private_reply(adapter: Adapter) -> Cell:
    sheet = adapter.capabilities
    words = {"once": _("one message"), "free": _("as many as needed"), "link": _("by a link in public")}
    how = Said(words[sheet.private_reply]) if sheet.private_reply else None
    within = sheet.private_reply_window
    return _yes(bool(sheet.private_reply), how, lasting(within) if within else None)


def _choices(adapter: Adapter) -> Cell:
    sheet = adapter.capabilities
    if not sheet.answers:
        return Cell(False)
    if sheet.choices is None:
        return Cell(False, (Said(_("numbered lines in the text")),))
    rows = (
        Said(_("or a list of up to %(n)s"), {"n": sheet.choices.max_rows}) if sheet.choices.max_rows else None
    )
    return _yes(True, Said(_("up to %(n)s"), {"n": sheet.choices.max_count}), rows)


def _files(adapter: Adapter) -> Cell:
    sheet = adapter.capabilities
    of_public = sheet.public_limits.attachments if sheet.public_limits and not sheet.private else None
    files = of_public or sheet.attachments
    if files is None or not sheet.answers:
        return Cell(False)
    size = max(files.max_bytes.values(), default=0)
    return Cell(
        True, (Said(_("up to %(n)s of %(size)s MB each"), {"n": files.max_count, "size": _mb(size)}),)
    )


def _mb(size: int) -> str:
    megabytes = size / (1024 * 1024)
    return f"{megabytes:.0f}" if megabytes >= 10 or megabytes == int(megabytes) else f"{megabytes:.1f}"


_WORDS = {
    "sent": _("sent"),
    "delivered": _("delivered"),
    "read": _("read"),
    "hide": _("hide"),
    "show": _("show again"),
    "delete": _("delete"),
    "like": _("like"),
}


def _set_of(name: str) -> Callable[[Adapter], Cell]:
    def of(adapter: Adapter) -> Cell:
        found: frozenset[str] = getattr(adapter.capabilities, name)
        return Cell(bool(found), tuple(Said(word) for key, word in _WORDS.items() if key in found))

    return of


FEATURES = (
    Feature("audience", _("For whom"), _audience),
    Feature("receives", _("Receives messages"), _receives),
    Feature("private", _("Answers privately"), _privately),
    Feature("public", _("Answers publicly"), _publicly),
    Feature("private_length", _("Length of a private answer"), _length("private")),
    Feature("public_length", _("Length of a public answer"), _length("public")),
    Feature("window", _("Time to answer"), _time),
    Feature("templates", _("Templates after that time"), _flag("templates")),
    Feature("starts", _("May write first"), _flag("starts")),
    Feature("private_reply", _("Private answer to a public message"), _private_reply),
    Feature("files", _("Sends files"), _files),
    Feature("choices", _("Choices as buttons"), _choices),
    Feature("receipts", _("Receipts"), _set_of("receipts")),
    Feature("edits", _("Tells changed and deleted messages"), _flag("edits")),
    Feature("reactions", _("Tells reactions"), _flag("reactions")),
    Feature("threads", _("Has threads"), _flag("threads")),
    Feature("subject", _("Has subjects"), _flag("subject")),
    Feature(
        "marks", _("Bold, italic, lists and links"), lambda adapter: _yes(bool(adapter.capabilities.marks))
    ),
    Feature("moderates", _("Moderation"), _set_of("moderates")),
    Feature("reviews", _("Reviews with stars"), _flag("reviews")),
    Feature("voice", _("Telephone calls"), _flag("voice")),
    Feature("idempotent", _("Repeats a lost answer safely"), _flag("idempotent")),
)
NOTHING = "–"  # the question does not arise
WITHOUT = {  # what an empty cell says, where it is not a lack
    "window": _("no limit"),
    "private_length": NOTHING,
    "public_length": NOTHING,
}
FILTERS = ("private", "public", "private_reply", "starts", "files", "edits", "moderates", "reviews", "voice")


VALUES = {"audience", "private_length", "public_length", "window"}  # say how much, not whether


def grouped(number: int) -> str:
    """A number as English writes it."""
    return f"{number:,}"


def words_of(
    key: str, cell: Cell, translate: Callable[[str], str] = str, number: Callable[[int], str] = grouped
) -> str:
    """A cell in words: `yes`, `no`, or what there is to say."""
    if cell.said:
        return ", ".join(said.in_words(translate, number) for said in cell.said)
    if key in WITHOUT and not cell.has:
        return translate(WITHOUT[key])
    return translate(_("yes") if cell.has else _("no"))
