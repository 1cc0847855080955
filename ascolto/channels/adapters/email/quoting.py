"""What of a mail is new, and what it merely carries along: quoted mails, their headers, signatures.

The cut is for the eye only: `visible` and `quoted` together are the whole text, and the whole text is kept. Answers
between quotes stay with the quotes they answer, and a forwarded mail is not cut at all: it is what the person wants to show.
One pass over the lines, each of limited length: the time grows with the text, never faster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ascolto.channels.adapters.email import devices, headerwords, intros

MAX_CHARACTERS = 40_000
MAX_LINES = 800
_INTRO_LINES = 6
_HEADS = 300
_SIGNATURE_LINES = 15
_HEADER_LINES = 40

_MOMENT = re.compile(r"(?<![\d.])\d{1,2}[:.]\d{2}(?![\d.])|\b(?:19|20)\d{2}\b")
_QUOTED = re.compile(r"^\s{0,3}(?:>|[|](?:\s|$))")


@dataclass(frozen=True, slots=True)
class Cut:
    """The new part, and everything else in its order."""

    visible: str
    quoted: str


def cut(text: str) -> Cut:
    """Tell what is new in a mail's text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head, tail = text[:MAX_CHARACTERS], text[MAX_CHARACTERS:]
    lines = head.split("\n")
    if len(lines) > MAX_LINES:
        lines, tail = lines[:MAX_LINES], "\n".join(lines[MAX_LINES:]) + tail
    scissors = _Scissors(lines)
    scissors.run()
    visible, quoted = scissors.halves()
    if not visible.strip():
        return Cut(text.strip("\n"), "")
    if tail:
        if scissors.is_cut_to_the_end:
            quoted += "\n" + tail
        else:
            visible += "\n" + tail
    return Cut(visible.strip("\n"), quoted.strip("\n"))


class _Scissors:
    """Walks down the lines and decides for each one whether it is hidden."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = [line.rstrip() for line in lines]
        self.hidden = [False] * len(lines)
        self.is_cut_to_the_end = False
        self._is_forwarded = False
        self._no_header_before = 0
        self._ends: dict[int, bool] = {}  # what was found out about a line is not asked again
        self._intros: dict[int, bool] = {}
        self._heads = 0
        self._seen = 0  # nothing above this line is shown
        self._quoted = [bool(_QUOTED.match(line)) for line in self.lines]

    def run(self) -> None:
        """Decide."""
        place = 0
        inline = self._is_inline()
        while place < len(self.lines) and not self.is_cut_to_the_end:
            place = self._step(place, inline)
        self._hide_trailing()

    def halves(self) -> tuple[str, str]:
        shown = [line for line, hidden in zip(self.lines, self.hidden, strict=True) if not hidden]
        kept = [line for line, hidden in zip(self.lines, self.hidden, strict=True) if hidden]
        return _join(shown), _join(kept)

    def _step(self, place: int, inline: bool) -> int:
        """Look at one line; the place to go on from."""
        line = self.lines[place]
        if not line.strip() or (
            len(line) > intros.MAX_LINE and not (":  " in line and self._begins_in(place))
        ):
            return place + 1
        if self._is_forward(place, line):
            return self._forwarded(place)
        if armour := intros.ARMOUR.match(line.strip()):
            return self._armour(place, armour.group(1) == "SIGNATURE")
        if self._is_end(place):
            return self._cut(place)
        if (end := self._headers(place)) > place:
            return self._embedded(place, end)
        if not self._quoted[place] and (end := self._intro(place)) > place:
            return self._after_intro(place, end, inline)
        if intros.SIGNATURE_MARK.match(line) and self._is_signature(place):
            return self._cut(place)
        if intros.RULE.match(line) and self._is_list_footer(place):
            return self._cut(place)
        return place + 1

    def _is_forward(self, place: int, line: str) -> bool:
        """The line that begins a forwarded mail; inside a quote it must be the quote's first."""
        if not intros.is_forward(line):
            return False
        return not self._quoted[place] or place == 0 or not any(self._quoted[max(0, place - 3) : place])

    def _is_list_footer(self, place: int) -> bool:
        """Whether the few lines below a rule are what a mailing list or a virus scanner adds."""
        below = [line for line in self.lines[place + 1 : place + 12] if line.strip()]
        if not below or len(below) > 8 or not self._has_text_before(place):
            return False
        return any(intros.LIST_FOOTER.search(line[:300]) for line in below[:3])

    def _armour(self, place: int, is_signature: bool) -> int:
        """The wrapping of a signed text: its first lines, or its signature."""
        end = place + 1
        while end < len(self.lines) and end < place + 60:
            line = self.lines[end].strip()
            if (not line and not is_signature) or line == "-----END PGP SIGNATURE-----":
                break
            end += 1
        self._hide(place, min(end + 1, len(self.lines)))
        return end + 1

    def _is_end(self, place: int) -> bool:
        """A line after which only somebody else's words follow."""
        if place not in self._ends:
            line = self.lines[place].strip()
            self._ends[place] = len(line) <= 160 and (
                intros.is_original(line)
                or intros.is_reply_mark(line)
                or (line.startswith(">>>") and intros.GROUPWISE.match(line) is not None)
            )
        return self._ends[place] or (":  " in self.lines[place] and self._begins_in(place))

    def _begins_in(self, place: int) -> bool:
        """A line that introduces a quote and goes on with it. Looked at some hundred times at most."""
        head = intros.intro_before_text(self.lines[place]) if self._heads < _HEADS else ""
        self._heads += bool(head)
        return bool(head) and intros.is_intro(intros.tidy(head))

    def _is_intro(self, place: int) -> bool:
        """A line that says that somebody wrote what follows."""
        if place not in self._intros:
            self._intros[place] = intros.is_intro(intros.tidy(self.lines[place]))
        return self._intros[place]

    def _has_text_before(self, place: int) -> bool:
        """Whether something is shown above; what was looked at once is not looked at again."""
        while self._seen < place and (self.hidden[self._seen] or not self.lines[self._seen].strip()):
            self._seen += 1
        return self._seen < place

    def _cut(self, place: int) -> int:
        """Hide from here to the end, with the rule that stands above."""
        if not self._has_text_before(place):
            self.hidden[place] = True
            return place + 1
        above = place - 1
        while above >= 0 and not self.lines[above].strip():
            above -= 1
        if above >= 0 and (
            intros.RULE.match(self.lines[above]) or intros.is_bare_original(self.lines[above])
        ):
            place = above
        self._hide(place, len(self.lines))
        self.is_cut_to_the_end = True
        return len(self.lines)

    def _hide(self, start: int, end: int) -> None:
        self.hidden[start:end] = [True] * (end - start)

    def _next_line(self, place: int) -> int:
        """The next line that is not empty, or the number of lines."""
        while place < len(self.lines) and not self.lines[place].strip():
            place += 1
        return place

    # --- forwarded and embedded mails ---

    def _forwarded(self, place: int) -> int:
        """Alone, its header is hidden; with an introduction everything stays. Nothing below is cut."""
        if not self._has_text_before(place):
            self._hide(place, place + 1)
            start = self._next_line(place + 1)
            self._hide(place, max(self._headers(start), place + 1))
        self._is_forwarded = True
        return len(self.lines)

    def _headers(self, place: int) -> int:
        """Where the header of an embedded mail that begins here ends; `place` when there is none."""
        if place < self._no_header_before or not headerwords.role_of(
            self.lines[place] if place < len(self.lines) else ""
        ):
            return place
        roles, here, end, telling, addressed = set(), place, place, False, False
        while here < len(self.lines) and here - end <= 3 and here - place < _HEADER_LINES:
            line = self.lines[here]
            if role := headerwords.role_of(line):
                roles.add(role)
                addressed = addressed or intros.ADDRESS.search(line[:300]) is not None
                telling = telling or addressed or _MOMENT.search(line[:300]) is not None
                end = here + 1
            elif line.strip() and self._is_far(roles, here, end):
                break
            here += 1
        if self._is_header(place, roles, telling=telling, addressed=addressed):
            return self._end_of_continuation(end)
        self._no_header_before = end  # those below it are fewer still
        return place

    def _is_header(self, place: int, roles: set[str], *, telling: bool, addressed: bool) -> bool:
        """Whether these fields make the head of a mail, and not a list that a customer wrote."""
        told = len(roles & {"from", "date", "to", "subject"})
        apart = self._stands_apart(place)
        if told >= 3:
            return (addressed or "from" in roles) and (telling or told == 4 or apart)
        if told < 2 and not (addressed and len(roles) >= 2):
            return False
        ruled = place > 0 and intros.RULE.match(self.lines[place - 1]) is not None
        return apart and bool(roles & {"from", "date"}) and (telling or (ruled and "from" in roles))

    def _is_far(self, roles: set[str], here: int, end: int) -> bool:
        """A line that is no header: a folded one may follow, but a paragraph ends the block."""
        return not self.lines[here - 1].strip() or here - end >= 2

    def _stands_apart(self, place: int) -> bool:
        return (
            place == 0 or not self.lines[place - 1].strip() or bool(intros.RULE.match(self.lines[place - 1]))
        )

    def _end_of_continuation(self, end: int) -> int:
        """A subject over two lines belongs to the header as a whole."""
        if end < len(self.lines) and self.lines[end].startswith((" ", "\t")) and self.lines[end].strip():
            return end + 1
        return end

    def _embedded(self, place: int, end: int) -> int:
        if self._has_text_before(place) and not self._only_rules_before(place):
            return self._cut(place)
        self._hide(0 if self._only_rules_before(place) else place, end)
        return end

    def _only_rules_before(self, place: int) -> bool:
        return all(not line.strip() or intros.RULE.match(line) for line in self.lines[:place])

    # --- "On Monday, Giulia wrote:" ---

    def _intro(self, place: int) -> int:
        """Where an introduction that begins here ends; `place` when there is none."""
        if not intros.may_tell(self.lines[place]):
            return place
        text = intros.tidy(self.lines[place])
        is_intro = self._intros[place] = intros.is_intro(text)
        if is_intro and text.endswith((":", "：", "--", " -")):
            return place + 1
        if intros.may_begin_intro(text) and (end := self._long_intro(place)) > place:
            return end
        if (is_intro or intros.is_bare_intro(text)) and self._quote_follows(place + 1):
            return place + 1
        return place + 1 if is_intro and intros.needs_no_colon(text) else place

    def _long_intro(self, place: int) -> int:
        """Where an introduction over several lines ends; `place` when it is none."""
        joined, gaps = self.lines[place].strip(), 0
        for here in range(place + 1, min(place + 1 + _INTRO_LINES, len(self.lines))):
            piece = self.lines[here].strip()
            gaps += not piece
            if gaps > 2 or len(joined) > intros.MAX_LINE:
                break
            joined += " " + piece
            if piece.endswith((":", "：")) and intros.is_intro(intros.tidy(joined)):
                return here + 1
            if piece.endswith(">") and self._quote_follows(here + 1) and intros.is_intro(intros.tidy(joined)):
                end = self._next_line(here + 1)
                return end + 1 if intros.is_verb_alone(self.lines[end]) else here + 1
        return place

    def _quote_follows(self, place: int) -> bool:
        here = self._next_line(place)
        return here < len(self.lines) and self._quoted[here]

    def _after_intro(self, place: int, end: int, inline: bool) -> int:
        if self._quote_follows(end):
            stop = self._end_of_quote(self._next_line(end))
            if not inline:
                self._hide(self._beginning(place), stop)
            return stop
        if self._has_text_before(place):
            return self._cut(self._beginning(place))
        self._hide(place, end)
        return end

    def _beginning(self, place: int) -> int:
        """Where what ends in this line began: with a rule above it, or with a name above its address."""
        if place == 0:
            return place
        above = self.lines[place - 1].strip()
        is_name = self.lines[place].lstrip().startswith("<") and 0 < len(above) <= 60 and above[-1:].isalpha()
        if intros.RULE.match(self.lines[place - 1]) or (is_name and len(above.split()) <= 5):
            return place - 1
        return place

    def _end_of_quote(self, place: int) -> int:
        """The first line after a quote that is neither quoted, nor empty inside it, nor the rest of a broken link."""
        end = place
        while place < len(self.lines):
            if self._quoted[place] or (self.lines[place].strip() and self._is_broken_link(place)):
                end = place + 1
            elif self.lines[place].strip():
                break
            place += 1
        return end

    def _is_broken_link(self, place: int) -> bool:
        line = self.lines[place].strip()
        beside = place + 1 < len(self.lines) and self._quoted[place - 1] and self._quoted[place + 1]
        is_link = ("http" in line or "@" in line) and line[:1] in "(<[h"
        return beside and (is_link or (" " not in line and any(mark in line for mark in "/_=?%&")))

    def _is_inline(self) -> bool:
        """Whether answers stand between quotes: at least two quotes have text of their own after them."""
        answered, was_quoted = 0, False
        for place, line in enumerate(self.lines):
            if not line.strip():
                continue
            if intros.SIGNATURE_MARK.match(line) or self._is_end(place):
                break
            if was_quoted and not self._quoted[place] and not self._is_broken_link(place):
                answered += 1
            was_quoted = self._quoted[place]
        return answered >= 2

    # --- signatures ---

    def _is_signature(self, place: int) -> bool:
        """A dash line ends the letter when little follows it (or only quotes); in the middle of a long text it does not."""
        if not self._has_text_before(place) or self._is_a_pause(place):
            return False
        following = 0
        for here in range(place + 1, min(place + 1 + 4 * _SIGNATURE_LINES, len(self.lines))):
            line = self.lines[here]
            if self._quoted[here] or self._is_end(here) or self._is_intro(here):
                return True
            following += bool(line.strip())
            if following > _SIGNATURE_LINES:
                return False
        return True

    def _is_a_pause(self, place: int) -> bool:
        """A rule with air around it and a whole sentence after it divides a letter; it does not end it."""
        if self.lines[place].strip() in {"--", "—", "––"}:
            return False
        here = self._next_line(place + 1)
        return here > place + 1 and here < len(self.lines) and len(self.lines[here].split()) >= 8

    def _hide_trailing(self) -> None:
        """Quotes and "sent from my telephone" at the end of what is shown."""
        place = -1 if self._is_forwarded else len(self.lines) - 1
        while place >= 0:
            line = self.lines[place]
            if self.hidden[place] or not line.strip():
                place -= 1
            elif (self._quoted[place] and not self._is_quote_only(place)) or (
                self._is_device_line(line) and self._has_text_before(place)
            ):
                self.hidden[place] = True
                place -= 1
            else:
                return

    def _is_device_line(self, line: str) -> bool:
        return len(line) <= devices.MAX_LINE and (
            devices.is_device_line(line) or intros.SENT_FROM.match(line) is not None
        )

    def _is_quote_only(self, place: int) -> bool:
        """Whether nothing but quotes is left above: then they are what the person sent."""
        return all(
            self._quoted[here] or self.hidden[here] or not self.lines[here].strip() for here in range(place)
        )


def _join(lines: list[str]) -> str:
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")
