"""How one promises in English to write, call or answer: patterns over a text whose times are masked with \\x01."""

from __future__ import annotations

_ADVERB = (
    r"(?:\s+(?:also|then|certainly|definitely|personally|be sure to|make sure to|try to|do my best to"
    r"|do our best to|still|just|go ahead and|again|be able to|myself|gladly|happily|of course|surely"
    r"|simply|immediately|probably))?"
)
_MESSAGE = (
    r"(?:(?:an?|the|my|our|your|some|any|you|another|short|quick|written|final|further|full|new|first"
    r"|all|more)\s+){0,3}(?:updates?|message|e-?mail|mail|reply|answer|response|word|news|note|line|text|call"
    r"|ring|shout|feedback|details?|link|confirmation|information|info|quote|form|copy|summary|invoice"
    r"|documents?|outcome|result|letter|instructions?|decision|call back|callback|sms|whatsapp|buzz)"
)
_NOT_OTHERS = (
    r"(?!\s+(?:the|our|my|them|him|her|it|their|this|that|an?|someone|somebody|off|in|customers|people)\b)"
)
_VERBS = (
    rf"(?:write(?:\s+(?:back|again|to you|you))?|(?:call|ring|phone|telephone|e-?mail|message|text|contact|notify|inform|update"
    rf"|ping|answer){_NOT_OTHERS}|reply|respond|revert|tell you|let you know|return your call"
    r"|get back (?:to|in touch)|get in (?:touch|contact)|be (?:back )?in (?:touch|contact)|be back|come back to|come back with"
    r"|report back|circle back|follow up|check (?:back )?in|check back|touch base|reach out|reach you"
    r"|try you|(?:speak|talk) (?:to|with) you|(?:speak|talk) again|confirm"
    r"|be (?:calling|writing|contacting|emailing|messaging|texting|updating|ringing|phoning|getting back)\b(?! the\b)"
    rf"|be sending you {_MESSAGE}"
    r"|have (?:someone|somebody|a colleague|them|the team|my colleague) (?:call|contact|write to|email|ring|phone|get back to) you"
    r"|get (?:someone|somebody|a colleague) to (?:call|contact|write to|email|ring|phone) you"
    rf"|make sure (?:that )?you (?:get|have|receive) {_MESSAGE}|make sure (?:that )?you hear|get you {_MESSAGE}"
    rf"|keep you (?:posted|updated|informed)|drop you|send (?:you )?{_MESSAGE}"
    rf"|give (?:you )?{_MESSAGE}|have (?:more|{_MESSAGE})(?= (?:for|to) you| ready|\s*\x01| by| before)"
    rf"|provide {_MESSAGE}|share {_MESSAGE}|forward you)\b"
)
SUBJECT = (
    r"(?:\b(?:i|we)(?:'ll|'m going to|'re going to|\s+(?:will|shall|am going to|are going to|promise to"
    r"|can|should|hope to|aim to|plan to|intend to|expect to|undertake to|commit to|will be able to|'ll)"
    r"|(?:'ve| have) (?:set|made) (?:myself )?an? (?:reminder|note) to)"
    r"|(?:^|(?<=[.!?;,:]\s)|(?<=\n))\s*(?:will|shall))"
)
TEAM = (
    r"(?:colleagues?|team|someone|somebody|one of us|specialists?|manager|supervisor|advis[eo]rs?|agents?"
    r"|department|office|support|representative|billing|complaints|lead|expert|person|coordinator"
    r"|member of)"
)
OTHERS = r"(?:technician|engineer|courier|driver|supplier|installer|bank|landlord|nobody|no one|customer|system|robot)"
OURS = (
    rf"{SUBJECT}{_ADVERB}\s+{_VERBS}",
    r"\b(?:i'm|i am|we're|we are)\s+(?:calling|phoning|ringing|writing to you again|back to you|going to be back)\b",
    (
        r"\blet (?:me|us) (?:get back|call|write|come back|update|reply|answer|follow up|message|text|email"
        r"|phone|ring|let you know|tell you)\b" + _NOT_OTHERS
    ),
    r"\blet's (?:speak|talk)\b(?! about)",
    r"^\s*an? (?:message|update|reply|answer|call)\s*(?:by|at)?\s*\x01",
    r"\bi(?:'m| am) (?:promising|committing) to (?:write|call|reply|answer|update)\b",
    rf"\b(?:expect|count on|rely on) (?:to hear|hearing) (?:back )?from (?:me|us)|\b(?:expect|count on) (?:(?:an?|my|our) {_MESSAGE})",
    (
        r"\byou(?:'ll| will| shall|'re going to| are going to| can expect to| should)\s+(?:definitely "
        r"|certainly |also )?(?:be hearing|hear) (?:back )?(?:from|of) (?:me|us|my|our|one)\b"
    ),
    (
        r"\byou(?:'ll| will| shall| can expect to| can expect| should)\s+(?:have|get|receive|see"
        r"|expect)?\s*(?:(?:my|our|an?|the|some|your|another)\s+){1,2}(?:final |full |written |first "
        r"|next )?(?:updates?|reply|answer|response|call|callback|call back|news|decision)\b(?!\s+(?:email|e-mail))"
    ),
    (
        r"\byou(?:'ll| will) (?:have|get|receive) (?:an? )?(?:e-?mail|message|letter|news|word|text)\s+from "
        r"(?:me|us)\b"
    ),
    r"\byou(?:'ll| will) be (?:contacted|updated|called|phoned|notified|informed|emailed|written to|rung)\b",
    (
        r"\b(?:my|our|an?|the)(?: next| written| final| full| further)? (?:message|e-?mail|reply|answer|response"
        r"|update|call|news)(?: from (?:me|us))?\s+(?:will|shall) (?:reach you|be with you|follow|come|arrive"
        r"|be sent|be given)\b"
    ),
    (
        r"(?:^|(?<=[.!?;,:(]\s)|(?<=\n))\s*(?:(?:talk|speak) to you|back to you|(?:(?:our|my|the) )?(?:next"
        r"|another|new) (?:update|call))\b"
    ),
)
THIRD = (
    r"\b(?:will|'ll|shall|is going to|are going to)\s+(?:then |also |personally )?(?:call|contact|phone"
    r"|ring|write to|reply to|respond to|answer|email|message|text|update|get back to|get in touch"
    r"|be in touch|reach out|follow up|let you know|give you)\b"
)
BARE = (
    r"^\s*(?:then |will |'ll )?(?:get back to you|let you know|call you|call back|ring you|phone you|update you"
    r"|write(?: back| again| to you)?|email you|message you|text you|tell you|reply|respond|answer you"
    r"|come back to you|keep you|follow up|report back|be in touch|get in touch|contact you|reach out"
    r"|give you an? (?:call|update|answer|ring)"
    r"|send you an? (?:update|message|email|reply|answer))\b"
)
