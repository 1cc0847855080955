"""The words with which people promise to write, call or answer, in Italian and English."""

from __future__ import annotations

import re

_I = re.IGNORECASE
_LIKE_A_MESSAGE = (
    r"(?:(?:un|una|un'|la|il|le|i|lo|gli|l'|tutti i|tutte le|anche|subito|nostro|nostra|mio|mia|breve"
    r"|nuovo|nuova|ulteriore|primo|prima|due|qualche)\s*){0,3}"
    r"(?:e-?mail|mail|pec|messagg\w+|sms|whatsapp|rispost\w|aggiornament\w|riscontr\w|conferm\w|notizi\w"
    r"|novità|dettagl\w|informazion\w|info|link|preventiv\w|document\w+|modul\w"
    r"|copi[ae]|fattur\w|resocont\w|riepilog\w|esit\w|feedback|istruzion\w|dati|comunicazion\w|proposta"
    r"|squillo|colpo di telefono|chiamata|telefonata|ragguagl\w|cenno)"
)
_IT_CLITIC = r"(?:ti|le|la|vi|l'|gliel[oa]|te l[oa]|ve l[oa])\s*"
_IT_VERBS = (
    r"(?:(?:ri)?scriv(?:o|iamo|erò|eremo)|rispond(?:o|iamo|erò|eremo)|(?:ri)?chiam(?:o|iamo|erò|eremo)"
    r"|(?:ri)?contatt(?:o|iamo|erò|eremo)|telefon(?:o|iamo|erò|eremo)"
    r"|aggiorn(?:o|iamo|erò|eremo)|avvis(?:o|iamo|erò|eremo)|avvert(?:o|iamo|irò|iremo)|conferm(?:o|iamo"
    r"|erò|eremo)|comunic(?:o|hiamo|herò|heremo)|inform(?:o|iamo|erò|eremo)|messaggi(?:o|amo|erò|eremo)"
    r"|ricontatt(?:o|iamo|erò|eremo)|(?:ri)?sent(?:o|iamo|irò|iremo)|dic(?:o|iamo)|dir(?:ò|emo)|ridic(?:o|iamo)"
    r"|(?:faccio|facciamo|farò|faremo)\s+(?:sapere|avere\s+"
    + _LIKE_A_MESSAGE
    + r"|uno squillo|una (?:telefonata|chiamata))"
    r"|(?:do|dò|diamo|darò|daremo|mando|mandiamo|manderò|manderemo|invio|inviamo|invierò|invieremo|giro"
    r"|giriamo|girerò|gireremo|porto|fornisco|forniamo|fornirò|forniremo)\s+"
    + _LIKE_A_MESSAGE
    + r"|tengo aggiornat\w|terrò aggiornat\w|teniamo aggiornat\w|terremo aggiornat\w)"
)
_IT_FUTURE = (
    r"(?:risponderò|risponderemo|scriverò|scriveremo|riscriverò|richiamerò|richiameremo|richiamo|chiamerò"
    r"|chiameremo|telefonerò|ricontatterò|ricontatteremo|aggiorneremo|aggiornerò|contatteremo|riscrivo"
    r"|rispondo|scrivo)"
)
_IT_INFINITIVE = (
    r"(?:(?:ri)?scriver|risponder|(?:ri)?chiamar|(?:ri)?contattar|telefonar|aggiornar|avvisar|confermar"
    r"|comunicar|informar|far|dar|mandar|inviar|dir|tener|fornir|sentir)(?:ti|le|la|vi|gliel[oa])"
)
_IT_WILL = (
    r"(?:promett(?:o|iamo)|mi impegno|ci impegniamo|cont(?:o|iamo) di|provved(?:erò|eremo|o|iamo)"
    r"|sarà (?:mia|nostra) (?:cura|premura)|è (?:mia|nostra) (?:cura|premura|intenzione)|mio impegno|posso"
    r"|possiamo"
    r"|potrò|potremo|riesco|riusciamo|riuscirò|riusciremo|penso di|pensiamo di|dovrei|dovremmo|cercherò"
    r"|cercheremo|cerco di|cerchiamo di|proverò|proveremo|provo|proviamo|torn(?:o|iamo|erò|eremo)"
    r"|mi occuperò|ho intenzione"
    r"|(?:le|ti|vi) assicuro)"
)
_IT_TEAM = (
    r"(?:colleg\w+|operator\w+|responsabil\w+|reparto|ufficio|team|assistenza|amministrazione"
    r"|supervisor\w*|referent\w+|consulent\w+|specialist\w+|coordinator\w+|commerciale|qualcuno|persona"
    r"|squadra|servizio clienti|back ?office|contabilità|noi)"
)
_IT_OTHERS = re.compile(
    r"\b(?:tecnic[oi]|corrier\w+|installator\w+|fornitor\w+|spedizionier\w+|banca|amministratore|postin\w+"
    r"|operatore di rete|technician|engineer|courier|driver|supplier|installer|bank|landlord|nobody|no one"
    r"|nessuno|customer|cliente)\b",
    _I,
)
_ITALIAN = (
    rf"\b{_IT_CLITIC}{_IT_VERBS}(?!\w)",
    rf"\b{_IT_FUTURE}(?!\w)",
    rf"\b{_IT_WILL}(?!\w)[^\x01]{{0,40}}?\b{_IT_INFINITIVE}(?!\w)",
    r"\b(?:mi (?:faccio|farò)|ci (?:facciamo|faremo)) (?:viv\w|sentire|risentire)\b",
    r"\b(?:ci|vi) (?:ri)?(?:sentiamo|sentiremo|aggiorniamo|aggiorneremo)(?!\w)",
    r"\btorn(?:o|iamo|erò|eremo) (?:da|a) (?:lei|te|voi)\b",
    r"\b(?:avr(?:ai|à|ete)|ricever(?:ai|à|ete)|ricev[ei]|troverà|troverai)\s+(?:(?:una|un|la|il|le"
    r"|i)\s+)?(?:(?:mi[ae]|mi[ao]|nostr\w+|su[ao]|prim\w)\s*){0,2}"
    r"(?:notizie|rispost\w|riscontr\w|chiamat\w|telefonat\w|aggiornament\w|ricontatto|feedback"
    r"|(?:messaggio|mail|e-?mail)(?= da (?:noi|me|parte)))(?!\w)",
    (
        r"\b(?:avr(?:ai|à|ete)|ricever(?:ai|à|ete))\s+(?:una|un)\s+(?:nostr\w|mi[ao])\s+(?:mail|e-?mail"
        r"|messaggio|comunicazione|lettera)\b"
    ),
    r"\b(?:sar(?:ai|à|ete)|verr(?:ai|à|ete)) (?:ri)?(?:contattat\w|chiamat\w|avvisat\w|aggiornat\w|informat\w|sentit\w)\b",
    r"\b(?:mi|ci) sentir(?:ai|à|ete)\b",
    r"\b(?:prossim\w|nuov\w|ulterior\w)\s+aggiornament\w\b",
)
_ITALIAN_THIRD = (
    rf"\b{_IT_CLITIC}(?:(?:ri)?chiam(?:a|erà|eranno|ano)|(?:ri)?contatt(?:a|erà|eranno|ano)|scriv(?:e|erà"
    rf"|eranno|ono)|risponde(?:rà|ranno)?|telefon(?:a|erà|eranno)|aggiorn(?:a|erà|eranno)"
    rf"|darà (?:una risposta|un riscontro|notizie)|farà sapere)\b"
)

_EN_ADVERB = (
    r"(?:\s+(?:also|then|certainly|definitely|personally|be sure to|make sure to|try to|do my best to"
    r"|do our best to|still|just|go ahead and|again|be able to|myself|gladly|happily|of course|surely"
    r"|simply|immediately|probably))?"
)
_EN_MESSAGE = (
    r"(?:(?:an?|the|my|our|your|some|any|you|another|short|quick|written|final|further|full|new|first"
    r"|all)\s+){0,3}(?:updates?|message|e-?mail|mail|reply|answer|response|word|news|note|line|text|call"
    r"|ring|shout|feedback|details?|link|confirmation|information|info|quote|form|copy|summary|invoice"
    r"|documents?|outcome|result|letter|instructions?|decision|call back|callback|sms|whatsapp|buzz)"
)
_EN_VERBS = (
    r"(?:write(?:\s+(?:back|again|to you|you))?|call(?!\s+(?:off|in|it|them|him|her|the))|ring|phone"
    r"|telephone|reply|respond|answer|e-?mail|message|text|contact|notify|inform|update|ping|tell you"
    r"|let you know"
    r"|get back (?:to|in touch)|get in touch|be (?:back )?in touch|be back|come back to|come back with"
    r"|report back|circle back|follow up|check (?:back )?in|check back|touch base|reach out|reach you"
    r"|try you|speak to you|speak with you|talk to you|confirm"
    rf"|keep you (?:posted|updated|informed)|drop you|send (?:you )?{_EN_MESSAGE}"
    rf"|give (?:you )?{_EN_MESSAGE}|have {_EN_MESSAGE}(?= (?:for|to) you| ready|\s*\x01| by| before)"
    rf"|provide {_EN_MESSAGE}|share {_EN_MESSAGE}"
    r"|write|forward you)\b"
)
_EN_SUBJECT = (
    r"(?:\b(?:i|we)(?:'ll|'m going to|'re going to|\s+(?:will|shall|am going to|are going to|promise to"
    r"|can|should|hope to|aim to|plan to|intend to|expect to|undertake to|commit to|will be able to|'ll))"
    r"|(?:^|(?<=[.!?;,:]\s)|(?<=\n))\s*(?:will|shall))"
)
_EN_TEAM = (
    r"(?:colleagues?|team|someone|somebody|one of us|specialists?|manager|supervisor|advis[eo]rs?|agents?"
    r"|department|office|support|representative|billing|complaints|lead|expert|person|coordinator"
    r"|member of)"
)
_ENGLISH = (
    rf"{_EN_SUBJECT}{_EN_ADVERB}\s+{_EN_VERBS}",
    r"\b(?:i'm|i am|we're|we are)\s+(?:calling|phoning|ringing|writing to you again|back to you|going to be back)\b",
    (
        r"\blet (?:me|us) (?:get back|call|write|come back|update|reply|answer|follow up|message|text|email"
        r"|phone|ring|let you know|tell you)\b"
    ),
    r"\bi(?:'m| am) (?:promising|committing) to (?:write|call|reply|answer|update)\b",
    rf"\bexpect (?:to hear from (?:me|us)|(?:an?|my|our) {_EN_MESSAGE}|a (?:call|reply|message))",
    (
        r"\byou(?:'ll| will| shall|'re going to| are going to| can expect to| should)\s+(?:definitely "
        r"|certainly |also )?hear (?:back )?(?:from|of) (?:me|us|my|our|one)\b"
    ),
    (
        r"\byou(?:'ll| will| shall| can expect to| can expect| should)\s+(?:have|get|receive|see"
        r"|expect)?\s*(?:(?:my|our|an?|the|some|your|another)\s+){1,2}(?:final |full |written |first "
        r"|next )?(?:updates?|reply|answer|response|call|callback|call back|news|decision)\b(?!\s+(?:email"
        r"|e-mail))"
    ),
    r"\byou(?:'ll| will) (?:have|get|receive) (?:an? )?(?:e-?mail|message|letter|news|word|text)\s+from (?:me|us)\b",
    r"\byou(?:'ll| will) be (?:contacted|updated|called|phoned|notified|informed|emailed|written to|rung)\b",
    (
        r"(?:^|(?<=[.!?;,:(]\s)|(?<=\n))\s*(?:(?:talk|speak) to you|back to you|(?:(?:our|my|the) )?(?:next"
        r"|another|new) (?:update|call))\b"
    ),
)
_ENGLISH_THIRD = (
    r"\b(?:will|'ll|shall|is going to|are going to)\s+(?:then |also |personally )?(?:call|contact|phone"
    r"|ring|write to|reply to|respond to|answer|email|message|text|update|get back to|get in touch"
    r"|be in touch|reach out|follow up|let you know|give you)\b"
)
_ENGLISH_BARE = re.compile(
    (
        r"^\s*(?:then |will |'ll )?(?:get back to you|let you know|call you|ring you|phone you|update you"
        r"|write (?:back )?to you|write back|email you|message you|text you|tell you|reply|answer you"
        r"|come back to you|keep you|follow up|report back|give you an? (?:call|update|answer|ring)"
        r"|send you an? (?:update|message|email|reply|answer))\b"
    ),
    _I,
)
_ITALIAN_BARE = re.compile(rf"^\s*(?:a |di )?{_IT_INFINITIVE}(?!\w)", _I)

OURS = re.compile("|".join(f"(?:{pattern})" for pattern in (*_ITALIAN, *_ENGLISH)), _I)
_THIRD = re.compile(rf"{_ITALIAN_THIRD}|{_ENGLISH_THIRD}", _I)
_TEAM = re.compile(rf"\b(?:{_IT_TEAM}|{_EN_TEAM})\b", _I)
_LEADS_ON = re.compile(rf"{_EN_SUBJECT}|\blet (?:me|us)\b|\b{_IT_WILL}(?!\w)", _I)
HEDGED = re.compile(
    (
        r"\b(?:cercher|prover|provo|cerco|conto di|contiamo di|dovre|penso|try to|hope to|should|aim to"
        r"|expect to|probably|do (?:my|our) best)"
    ),
    _I,
)
HABIT = re.compile(
    r"\b(?:di solito|solitamente|normalmente|in genere|generalmente|di norma|mediamente|in media"
    r"|abitualmente|sempre|usually|normally|typically|generally|always|on average|as a rule|every day"
    r"|ogni giorno|tutti i giorni)\b",
    _I,
)
_NOT_BEFORE = re.compile(
    r"(?:\b(?:non|né|mai|never|not|cannot|unable|senza|without)|n't)\s+(?:[^\s\x01]+\s+){0,3}$", _I
)
NOT = re.compile(r"\b(?:non|not|never|cannot|mai|nessuno|nobody)\b|n't\b", _I)
WISH = re.compile(
    r"\b(?:vorrei|vuole che|preferisce che|vuoi che|would you like|do you want|should i|shall i|asked|chiesto)\b",
    _I,
)


def our_promise(clause: str, before: str, *, leads_on: bool) -> re.Match[str] | None:
    """Where the clause says that we shall write or call. `before`: the sentence up to it, where its subject may stand;
    `leads_on`: whether an earlier clause said "I will", so that "and call you" is enough."""
    for found in OURS.finditer(clause):
        if not _NOT_BEFORE.search(clause[: found.start()]) and not NOT.search(found[0]):
            return found
    third = _THIRD.search(clause)
    if third is not None:
        told = before[-120:] + clause[: third.start()]
        is_team = _TEAM.search(told) is not None and _IT_OTHERS.search(told) is None
        if is_team and not _NOT_BEFORE.search(clause[: third.start()]):
            return third
    return (_ENGLISH_BARE.match(clause) or _ITALIAN_BARE.match(clause)) if leads_on else None


def says_we_will(text: str) -> bool:
    """Whether a following "and call you" is ours."""
    return _LEADS_ON.search(text) is not None
