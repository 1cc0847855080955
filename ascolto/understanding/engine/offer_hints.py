"""Turns of phrase that sell without saying so, and those of promises, terms and choices that only look like it.

More moves for `offer_moves`, in the same manner: patterns over one folded sentence, Italian and English together; what each weighs is
learnt. "Ti scrivo entro le 18" has a deadline, and sells nothing.
"""

from __future__ import annotations

_WILL = r"(?:'ll|’ll| will| shall| am going to|'m going to| can| could)"
_TO_YOU = r"\b(?:ti|le|la|vi|lo|te|glie)\b"

# fmt: off
HINTING = {
    "would have": (
        r"(?:non )?(?:l[ea] |gliel[oaie] |ti )?(?:avreb|avrest|avesse)\w* (?:già )?(?:evitat|copert|risparmi|avut|pagat|parlat|"
        r"rispost)\w*|"
        r"non (?:sarebbe|l'avrebbe|le sarebbe) |would(?:n't)? have|had you (?:been|had|taken)"
    ),
    "kept for you": (
        r"mess[oa] da parte|(?:tengo|teniamo|riservo|fermo) (?:il|un|una|l')|(?:aside|held|hold|save you|saved you|put your name)\b|"
        r"abbiamo (?:pensato a|dedicato|preparato)|dedicat[oa] a|we thought of you|a little something"
    ),
    "come by": (
        r"(?:la|ti|vi) aspettiamo|passi? (?:a |in |quando|pure|da noi)|fai un (?:salto|giro)|venga a|vieni a|venite|"
        r"(?:come|pop|swing|drop|wander|stop) (?:by|along|in|and|round)|doors open|porte aperte|open (?:day|evening|house)|inaugur\w+|"
        r"riapert|ha aperto|apre (?:il|la|a)|we(?:'ve)? (?:open|reopen)\w*"
    ),
    "what you pay": (
        r"quanto (?:paga|spende|paghi|spendi|risparmi|pagherebbe)|what (?:do you|are you|you'd|you) pay|beat (?:it|that|the)|"
        r"fa(?:re|cciamo|remmo) (?:di )?meglio|how much you (?:could|would)|what (?:your|it'?s) .{0,20}worth|valutazion\w+|what you'd"
    ),
    "one step more": (
        r"a un passo|one more|another (?:stay|order|purchase)|(?:only|just) need|(?:ti|le|vi) manc\w+|basta(?:no)? (?:un|due|solo)|"
        r"un altro (?:ordine|acquisto|soggiorno)|two more"
    ),
    "to leaf through": (
        r"\b(?:catalog\w*|brochure|depliant|listino|price list|leaflet|volantino|vetrina|presentazione|newsletter|gamma|range)\b|"
        r"(?:guard|dare un'occhiat|sfogl|brows|peek|look (?:at|through))\w*"
    ),
    "the first one": (
        r"(?:prim[oaie]|second[oaie]|terz[oaie]) (?:\w+ )?(?:lezion|mes[ei]|ann[oi]|visit|sedut|prenotaz|settiman|ordin|paio|rata|caffè|"
        r"tremest|trimest|abbonam)\w*|(?:first|second|third) (?:\w+ )?(?:one|class|lesson|month|year|booking|session|coffee|pair|quarter|"
        r"order|week|visit|scoop)"
    ),
    "those who": (
        r"\bchi (?:si|ha|prend|apr|trasfer|ordin|prenot|sottoscriv|rinnov|attiv|arriv|invest|torn|rientr|compr|entr|viagg|pass)\w*|"
        r"(?:anyone|those|everyone|whoever) (?:who|that)|sottoscrivendo|(?:most|many|lots of|other) (?:\w+ )?(?:clinics|shops|families|"
        r"parents|people|customers|clients|policyholders|users)|i suoi colleghi|altri (?:studi|clienti)"
    ),
    "make the most": (
        r"make the most|approfitt\w+|peccato (?:tener|lasciar|non)|merit(?:a|ano|eresti) (?:di più|il|un|l')|you deserve|treat yourself|"
        r"non (?:perder|far|lasciar)\w*|(?:non ti|never|not) (?:scapp|miss)\w*|miss out|work harder|hard at work|lavorare per (?:lei|te)"
    ),
    "lifts you": (
        r"would (?:get|put|lift|bring|spare|make|free|take|keep|set|knock)\b|(?:la |le |ti |lo )?(?:farebbe|metterebbe|toglierebbe|"
        r"renderebbe|porterebbe|cambierebbe|risolverebbe|servirebbe)\b|(?:senza (?:pagare|spendere)|without paying|nothing to pay|"
        r"cost\w* "
        r"(?:you )?nothing).{0,12}(?:fino|until|till|up to|before)|(?:ha (?:proprio )?tutto|has (?:it all|the lot))|"
        r"(?:nearly|almost) every(?:body|one)|quasi tutti|in tantissimi"
    ),
    "there is one": (
        r"(?:c'è|abbiamo|esiste|facciamo|ci sarebbe|ne ho|ho|ne abbiamo) (?:anche |pure )?(?:un[ao']? )?(?:\w+ )?(?:modello|"
        r"version\w*|pian\w+|formul\w+|alternativ\w+|soluzion\w+|pacchetto|tariff\w+|line[ae]|serviz\w+)|(?:we have|we've|there's|"
        r"there is|we do) "
        r"(?:also )?(?:a|an|one) (?:\w+ ){0,2}(?:model|version|plan|option|alternative|one|package|range|deal|scheme|kit|class)"
    ),
}
STATING = {
    "promises word": (
        rf"{_TO_YOU}.{{0,14}}\b(?:scriv[oe]|scriverò|scriviamo|scriveremo|aggiorn|rispond|risponder|richiam|ricontatt|contatt|"
        rf"chiam[oaei]|telefon[oai]|"
        r"faccio sapere|farò sapere|facciamo sapere|faremo sapere|tengo|avvis|conferm|so dire|dico|dirò|diamo|daremo|do conferma|"
        r"mando (?:due righe|un messaggio|un sms)|comunic|fare(?:mo)? avere|sentir)\w*|mi faccio (?:viv|ri?sent|sent)|faccio sapere|"
        r"farle sapere|farti sapere|torno (?:da|a)|"
        rf"\b(?:i|we|he|she|they|someone|somebody|colleague|team|office|manager|accounts|engineer|fitter|driver|assessor|experts?|"
        rf"specialists?|courier){_WILL} (?:\w+ )?(?:write|call|ring|phone|"
        r"update|message|text|email|e-mail|reply|respond|answer|let you|keep you|get (?:back|in touch|this)|come back|be (?:in touch|"
        r"back)|follow up|contact|confirm|drop you|have (?:an|it)|tell you (?:what|where|when|how))\b|give you (?:a call|a ring|"
        r"an update)"
    ),
    "hears from us": (
        r"(?:avrà|avrete|avrai|riceverà|riceverete|riceverai|ha) (?:\w+ )?(?:notizie|risposta|riscontro|conferma|nuove)|nostre notizie|"
        r"ci (?:ri)?(?:sentiamo|aggiorniamo|vediamo)|anche senza novità|sarà (?:ri)?contattat|con o senza|"
        r"you(?:'ll| will) (?:\w+ )?(?:hear|have (?:an answer|news|word)|get (?:an|a) (?:answer|update|text|reply|email))|"
        r"(?:either way|whatever happens|regardless|even if there|whether or not)|back (?:to|with) you|in touch|speak (?:soon|tomorrow)|"
        r"look forward to|posted\b"
    ),
    "day or hour": (
        r"\b(?:alle|dalle|ore|verso le|entro le|at|by|around|before|after|until|till) (?:the )?(?:\d{1,2}(?:[.:]\d\d)?|noon|midday|lunch)"
        r"\b(?! ?[€$£%])|\b(?:domani|tomorrow|stasera|tonight|oggi|today|lunedì|martedì|mercoledì|giovedì|venerdì|monday|tuesday|"
        r"wednesday|thursday|friday)\b"
    ),
    "terms told": (
        r"\b(?:polizza|policy|garanzia|warranty|contratto|contract|piano|plan|biglietto|ticket|fare|package|pacchetto|abbonamento|"
        r"subscription|licen[sz]\w+|premio|premium|retta|assicurazione|insurance|membership)\b.{0,30}\b(?:copre|covers?|covered|"
        r"comprende|"
        r"comprendeva|includes?|included|prevede|prevedeva|vale|valid|allows|pays|is|was|falls)\b|franchigia|excess\b|deductible|"
        r"massimale|"
        r"cauzion|deposit\b|clausola|clause|articolo \d|section \w+|taeg|\btan\b"
    ),
    "on the bill": (
        r"(?:in|on|sul|sulla|nella|nell'|dell[ao']|the) ?(?:your |last |next |prossima |sua )?(?:fattura|bolletta|invoice|bill|statement|"
        r"scontrino|receipt|conto|order|total|totale)\b|\brig[ah]e? \d|\bline (?:\d|three|two|four)|alla voce"
    ),
    "who sells": (
        r"(?:ufficio|reparto|colleg[ah]\w*|colleague|head|department|team|dell[ae]|direttore|responsabile) .{0,12}(?:commerciale|vendite|"
        r"acquisti|sales|purchasing|marketing|finance|amministrazione)|(?:ha|hanno|aveva) (?:vendut|promess|propost)|(?:sold|promised|"
        r"quoted|told) you|venditor|salesm|\bthe rep\b|non (?:è|sono) (?:nostr|dei nostr)|aren't (?:from us|ours)|isn't (?:ours|from us)"
    ),
    "either or": (
        r"(?:prefer\w*|vuol[ei]|want|like|rather|do you|serv[ei]) .{2,50} (?:o|or|oppure) .{2,60}\?|quale (?:dei|delle)|which of|"
        r"se preferisce|if .{2,20} doesn't suit"
    ),
    "by itself": (
        r"da sol[oaie]\b|by (?:itself|themselves)|automatic\w*|in automatico|ignor[ei]|do nothing|non (?:deve|devi) far|doesn't need"
    ),
}
# fmt: on
