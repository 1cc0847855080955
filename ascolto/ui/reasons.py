"""What machines say (why a message did not leave, why a setting cannot be used) in the reader's language.

Such texts are stored, or raised far from any reader, in English. Here stand the ones that Ascolto itself says, so that
a screen can say them again in another language; words of a network or a server that we do not know stay as they came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

LONGEST = 2_000
NESTED = {"reason", "label", "what", "where", "event", "verb"}  # gaps that hold a text of ours themselves

SENTENCES = (
    # choices that a message offers
    _("An approved template has its own buttons."),
    _("Send the choices in a message of their own."),
    _("Choices need a question."),
    _("Write what is to be chosen."),
    _("Change the choices."),
    _("%(count)s choices; at most %(limit)s can be offered at once."),
    _("Two choices have the same id."),
    _("A choice has an id, a title and perhaps a text about it."),
    _("The id of a choice has 1 to %(limit)s characters and no control characters."),
    _("A choice has no title that could be read."),
    # departments, problems, notes
    _("You may not change problems."),
    _("No customer you may write to is linked to this problem."),
    _("There is no text for customers who write in: %(languages)s."),
    _("Whoever wrote it has no open account."),
    _("Link a conversation."),
    _("Write one for all others."),
    _("Send it again."),
    _("The promise is out of range."),
    _("%(name)s is no e-mail address."),
    _("You may not define departments."),
    _("A department has a name of at most 80 characters."),
    _("There is a department called %(name)s."),
    _("5 minutes to 60 days."),
    _("Correct it."),
    _("Choose another name."),
    _("%(name)s has no open account."),
    _("This is not a state."),
    _("A problem has a title of at most 200 characters."),
    _("%(name)s is solved."),
    _("Choose open, watching or solved."),
    _("Write one."),
    _("Open it again, or open a new one."),
    _("Somebody changed this problem meanwhile."),
    _("Look again."),
    _("You may not ask departments."),
    _("%(name)s is not asked any more."),
    _("The question is empty."),
    _("The question is too long."),
    _("Something of what is shared is not in this conversation."),
    _("This question is not open any more."),
    _("Say why you cannot answer."),
    _("Only people of %(name)s answer this."),
    _("Ask a colleague."),
    _("Choose another department."),
    _("Write what you need to know."),
    _("Shorten it, and share messages instead."),
    _("Choose again."),
    _("Write to whoever asked."),
    _("Ask a new one."),
    _("Write who could."),
    _("Leave a note instead."),
    _("Look at it again."),
    _("Only your own note can be changed, within 15 minutes."),
    _("Write another one."),
    _("%(name)s is too large."),
    _("Make it smaller."),
    _("Choose a department."),
    _("There is no such problem."),
    _("Write its number, such as PRB-12."),
    # templates: what stands in a gap
    _("Fill in every gap of the template."),
    _("A value of the template is too long."),
    _("A value of the template stays on one line."),
    _("Write a number there."),
    _("Write an amount there, for example 60,00 €."),
    _("Write a date there."),
    _("Write the end of the address there, without blanks."),
    _("Write the address of the file there: it begins with https://."),
    _("The template has no such gap."),
    # organising: merging, splitting, labels, blocking
    _("There are very many labels."),
    _("Merge or lay aside some first."),
    _("A label cannot be merged into itself."),
    _("Your role does not define labels."),
    _("Ask a lead."),
    _("A label has 1 to 60 characters and no comma."),
    _("There is a label of this name."),
    _("Merge the two, or choose another name."),
    _("This colour or scope is not known."),
    _("A conversation cannot become part of itself."),
    _("This conversation is not part of another one."),
    _("A merge can be taken back for 30 days."),
    _("You do not see both conversations."),
    _("Ask somebody who does."),
    _("This conversation is part of another one already."),
    _("The other conversation is marked as spam."),
    _("Say first that it is no spam."),
    _("They are of different customers: whoever answers will write to the customer of the other one."),
    _("Confirm that they belong together."),
    _("Choose at least one message that is not a note."),
    _("Nothing would be left here."),
    _("Leave at least one message."),
    _("A conversation cannot be linked to itself."),
    _("This conversation goes on in another one."),
    _("Open the other one, or take the merge back."),
    _("Somebody is blocked for a reason."),
    _("Say why, in a few words."),
    _("Your role does not block customers."),
    # delivery, when the network gave no words of its own
    _("The network could not take it."),
    _("The network asks us to wait."),
    _("The network refuses our access."),
    _("The time to answer is over: the customer must write first."),
    _("The customer does not want messages."),
    _("The customer cannot be reached there any more."),
    _("The network refuses this text or file."),
    _("The inbox is not set up for this."),
    _("The network stopped this inbox."),
    _("It may have arrived: the network did not confirm it."),
    _("The network refused it without a reason we know."),
    # delivery, our own decisions
    _("Given up after %(hours)s hours: %(reason)s"),
    _("The time to answer ends before the next try: %(reason)s"),
    _("The time to answer was over before it could be sent."),
    _("We were interrupted while sending: it may have arrived."),
    _("We were too busy to send it."),
    # what may not leave, and why
    _("%(name)s takes no answers from here."),
    _("%(name)s allows one private answer to a public message, and it was given."),
    _("The customer asked for no messages on %(name)s."),
    _("The customer does not take messages on %(name)s."),
    _("The customer's account on %(name)s does not exist any more."),
    _("%(length)s of %(limit)s characters that %(name)s takes."),
    _("%(length)s of %(limit)s bytes that %(name)s takes."),
    _("The time to answer on %(name)s is over."),
    _("%(name)s takes no files."),
    _("At most %(count)s files."),
    _("%(file)s is too large or of a kind that %(name)s refuses."),
    _("The customer has not written publicly in this conversation."),
    _("The customer has not written privately in this conversation."),
    _("The customer has not written publicly on %(name)s in this conversation."),
    _("The customer has not written privately on %(name)s in this conversation."),
    _("This text was written for other readers."),
    _("The message to answer is not in this conversation."),
    _("Choose another message."),
    _("The message to answer came on another channel."),
    _("Answer on its channel, or without naming it."),
    _("The message to answer has other readers than the answer."),
    _("Answer it where it was written."),
    _("Choose who should read it."),
    _("Guests may read and leave notes."),
    _("Write a note to the agent."),
    _("Your role reads and leaves notes, but does not answer customers."),
    _("Your role does not assign, resolve or label conversations."),
    _("Your role does not do this."),
    _("Ask somebody whose role does."),
    _("Choose another channel."),
    _("Answer on the network's own page, then note it here."),
    _("Only the customer can allow them again, by writing START."),
    _("Use another channel, or wait for the customer to write."),
    _("Answer in public, or wait for the customer to write privately."),
    _("Write something or attach a file."),
    _("Shorten the text or send it in two messages."),
    _("Send an approved template."),
    _("Wait for the customer to write, or use another channel."),
    _("Remove the files."),
    _("Send them in several messages."),
    _("This cannot be done to this message."),
    _("%(name)s cannot answer customers."),
    _("Choose an agent."),
    _("This time has passed."),
    _("Choose a time in the future."),
    _("A label has at most 60 characters, a conversation at most 50 labels."),
    _("This request key belongs to another message."),
    _("Use a new key."),
    _("A file is not available any more."),
    _("Attach it again."),
    _("The note is empty."),
    _("This message has no inbox to leave from."),
    _("Choose a channel."),
    _("Only answers that leave through an inbox can be sent again."),
    _("The message is on its way already."),
    _("Wait for the outcome."),
    _("The message was sent already."),
    _("It failed unexpectedly (%(what)s)."),
    _("The customer has not written on any channel in this conversation."),
    _("It could not be put together (%(what)s)."),
    _("Sending stopped unexpectedly (%(what)s): it may have arrived."),
    _("No address of the customer is known on this channel."),
    _("The file %(name)s is not there any more."),
    _("The file %(name)s cannot be read."),
    _("The settings of %(name)s cannot be read: %(reason)s"),
    _("%(done)s of %(total)s parts were sent; then: %(reason)s"),
    _("%(name)s is switched off."),
    _("%(name)s cannot send now: %(reason)s"),
    # networks
    _("The network answered with something that is not its usual answer."),
    _("The network answered %(status)s."),
    _("WhatsApp could not deliver the message."),
    _("WhatsApp reports an error."),
    _("WhatsApp does not have this file any more."),
    _("Neither a telephone number nor a WhatsApp id is known."),
    _("The message is empty."),
    _("The message names no file that could be fetched."),
    _("The text has %(count)s characters; WhatsApp takes %(limit)s."),
    _("%(name)s is larger than the %(limit)s MiB that WhatsApp takes."),
    _("%(name)s is no name of a template: small letters, digits and _ only."),
    _("%(language)s is no language of a template; write for example it or en_US."),
    _("The file is larger than %(limit)s bytes."),
    _("The file has %(size)s bytes; at most %(limit)s are taken."),
    # mail
    _("This customer has no e-mail address that can be answered."),
    _("The address is this inbox's own: the answer would come back to us."),
    _("The customer left no e-mail address."),
    _("The mail came back."),
    _("Returned with status %(status)s."),
    _("The mail is too large: the server takes %(size)s MB, files included."),
    _("The server cannot send to addresses with letters outside ASCII."),
    _("The server took the whole mail and did not say what became of it: %(what)s"),
    _("The server broke off before the mail left: %(what)s"),
    _("The server broke off while the mail was leaving: %(what)s"),
    _("The connection broke while the answer was handed over."),
    _("The mail server refuses user or password."),
    _("The mail server cannot do this: %(what)s."),
    _("%(to)s is not an address mail can be sent to."),
    _("The certificate of %(where)s cannot be trusted: %(what)s"),
    _("%(where)s does not speak TLS as configured: %(what)s"),
    _("%(where)s offers no STARTTLS."),
    _("%(where)s refused the password: %(what)s"),
    _("%(where)s cannot be reached: %(what)s"),
    _("The folder %(name)s cannot be opened: %(what)s"),
    _("Both servers let us in. The folder %(name)s has %(count)s mails."),
    # webhook, form, chat
    _("The address for replies answered with a web page: is it the right one?"),
    _("The address for replies answered %(status)s: %(what)s"),
    _("The address for replies answered %(status)s."),
    _("The address for replies accepted a signed test message (HTTP %(status)s)."),
    _("Ready to listen. Without an address for replies this inbox cannot answer."),
    _("Ready to listen. Without a mail server this form cannot answer."),
    _("Ready. Nothing outside this server is needed: put the script of the widget on your page."),
    _("This form has no mail server for its answers: write one in the settings of the inbox, or answer on another channel."),
    _("This webhook has no way back: write an address for replies in the settings of the inbox, or answer on another channel."),
    _("Connected to %(number)s, %(name)s. %(count)s approved templates."),
    _("Connected to %(number)s. %(count)s approved templates."),
    _("Connected to %(number)s, %(name)s."),
    _("Connected to %(number)s."),
    _("Nothing to test: this channel needs no network."),
    _("The test failed unexpectedly (%(what)s)."),
    # signing in at a network, and telling it our address
    _("The address of the network is not a web address."),
    _("The network does not accept this sign-in any more: sign in again."),
    _("The network does not know this client ID, or its secret is another one."),
    _("The network refused it (%(code)s)."),
    _("This network is not told by us where to call: paste the hook address there."),
    _("Registering stopped unexpectedly (%(what)s)."),
    _("Our address is registered."),
    # what was set aside
    _("A message without a sender: nobody could be answered."),
    _("The worker died each time it took this delivery."),
    _("The inbox cannot be opened: %(reason)s"),
    _("the inbox does not exist any more"),
    _("The file belongs to no inbox."),
    _("This channel has no files to fetch."),
    # a network's machines, as the connection to them goes
    _("This is not a web address: it must begin with https:// or http://."),
    _("%(where)s is inside a private network. Set ASCOLTO_ALLOW_PRIVATE_NETWORKS=1 to allow it."),
    _("The server redirects in circles."),
    _("The server redirects to what is no web address."),
    _("The answer is larger than %(limit)s bytes."),
    _("The answer is larger than we take."),
    _("%(where)s cannot be reached: %(what)s."),
    _("The request cannot be written: an address or a header is not valid."),
    _("%(where)s did not answer in time."),
    _("%(where)s broke off the connection: %(what)s."),
    _("The server"),
    _("the name %(host)s is not known"),
    _("Connection refused"),
    _("All connection attempts failed"),
    _("timed out"),
    _("Server disconnected without sending a response"),
    _("[Errno %(number)s] %(what)s"),
    _("Name or service not known"),
    _("Network is unreachable"),
    _("No route to host"),
    # changes of a conversation
    _("Somebody changed this conversation meanwhile. Look again, then decide."),
    _("%(value)s is not a status."),
    _("Choose one of %(names)s."),
    _("This is not a priority."),
    _("Choose low, normal, high or urgent."),
    _("%(value)s is not private or public."),
    # who has a conversation, and what the customer said already
    _("%(name)s has this conversation and is there."),
    _("%(name)s has this conversation."),
    _("%(name)s speaks for the company in this public conversation."),
    _("%(name)s answered while you were writing."),
    _("There is nobody else in %(name)s who could take it."),
    _("They wrote in conversation %(number)s: “%(words)s”"),
    _("They wrote: “%(words)s”"),
    # settings of a channel (those without a gap are found where they are raised)
    _("is not a setting of this channel. Known: %(names)s."),
    _("is required (%(label)s)."),
    _("%(value)s is not one of %(names)s."),
    _("%(value)s is not a whole number."),
    _("%(value)s is neither yes nor no."),
    _("%(value)s is not a website: write for example https://www.example.com"),
    _("is not a web address; write for example %(example)s"),
    _("is not a version; write for example %(example)s"),
    _("what follows whsec_ is not base64"),
    _("nothing follows whsec_"),
    _("%(reason)s: copy it again, or write a secret without whsec_."),
)  # fmt: skip


_of_channels: list[str] = []
MOST_SENTENCES = 8  # of one text that are told apart


def add_sentences(sentences: Iterable[str]) -> None:
    """Further sentences with gaps: those that channels say."""
    _of_channels.extend(sentence for sentence in sentences if sentence not in _of_channels)
    _patterns.cache_clear()


def in_own_language(text: str) -> str:
    """The text as the reader would say it; unknown texts stay as they are."""
    text = text.removeprefix("CannotRead: ")
    if not text or len(text) > LONGEST or (get_language() or "en").startswith("en"):
        return text
    return _said(text)[1]


def _said(text: str) -> tuple[int, str]:
    """The text in the reader's language, and how many of its characters are words of ours: 0 for words of others."""
    found = _as_one(text)
    cuts = [cut.end() for cut in re.finditer(r"[.!?] (?=\S)", text)]
    for cut in cuts if len(cuts) < MOST_SENTENCES else ():
        known, first = _as_one(text[: cut - 1])
        if known:
            more, rest = _said(text[cut:])
            if more and known + more > found[0]:
                found = (known + more, f"{first} {rest}")
    return found


def _as_one(text: str) -> tuple[int, str]:
    """As `_said`, where the text is one sentence of ours (or one that the catalogue knows whole)."""
    said = gettext(text)
    if said != text:
        return len(text), said
    for sentence, parts, pattern in _patterns():
        if all(part in text for part in parts) and (found := pattern.fullmatch(text)):
            gaps = found.groupdict()
            inner = {name: _said(gaps[name]) for name in NESTED & gaps.keys()}
            known = sum(map(len, parts)) + sum(count for count, _words in inner.values())
            return known, gettext(sentence) % (
                gaps | {name: words for name, (_count, words) in inner.items()}
            )
    return 0, text


@cache
def _patterns() -> list[tuple[str, list[str], re.Pattern[str]]]:
    """The sentences that have gaps, with their words and as patterns of what they look like once filled in.

    The one with most words comes first, so that a gap never takes in what another sentence knows.
    """
    found = []
    for sentence in dict.fromkeys((*SENTENCES, *_of_channels)):
        parts = re.split(r"%\((\w+)\)s", sentence)
        words = [part for part in parts[::2] if part]
        if len(parts) > 1 and words:
            filled = [f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)]
            found.append((sentence, words, re.compile("".join(filled), re.DOTALL)))
    return sorted(found, key=lambda entry: -sum(map(len, entry[1])))
