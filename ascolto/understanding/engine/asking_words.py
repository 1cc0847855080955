"""The words with which companies ask customers for something, in Italian and English: what can be asked for, and how people ask.

Patterns are for lower case with plain quotes. See `asking` for how they work together.
"""

from __future__ import annotations

import re

_N_IT = r"(?:numero|codice|cod\.?|n\.|nr\.?|id)"
_OF = r"(?: di| del| della| dell'| d'| del (?:suo|tuo)| della (?:sua|tua))?"
_N_EN = r"(?:number|num|no\.?|code|id|reference|ref\.?|#)"


def _a(kind: str, words: str) -> tuple[str, re.Pattern[str]]:
    return kind, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")


THINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    _a("fiscal_code", r"codice fiscale|fiscal code|tax code"),
    _a("vat", r"partita iva|p\. ?iva|vat (?:number|no|id)"),
    _a("iban", r"iban|coordinate bancarie|bank details"),
    _a("birth_date", r"data di nascita|date of birth|birth ?date|dob|birthday"),
    _a("pod", rf"{_N_IT}? ?pod"),
    _a("pdr", rf"{_N_IT}? ?pdr"),
    _a("imei", rf"{_N_IT}? ?imei(?: {_N_EN})?"),
    _a("iccid", rf"iccid|{_N_IT}{_OF} sim"),
    _a("serial", r"numero (?:di serie|seriale)|seriale|serial(?: number)?"),
    _a("meter", rf"matricola|{_N_IT}{_OF} ?contatore|meter (?:serial )?number"),
    _a("meter_reading", r"(?:auto)?lettura|(?:meter )?readings?"),
    _a(
        "customer_code",
        rf"{_N_IT}{_OF} ?(?:client[ei]|utente|tessera|soci[oa]|abbonat[oa])|codice fedeltà|(?:customer|client|account|member(?:ship)?"
        rf"|subscriber|loyalty) {_N_EN}",
    ),
    _a("contract", rf"{_N_IT}{_OF} ?(?:contratto|polizza|utenza|abbonamento)|(?:contract|policy) {_N_EN}"),
    _a("order", rf"{_N_IT}{_OF} ?(?:ordine|ordinazione|acquisto)|order {_N_EN}|purchase order"),
    _a(
        "tracking",
        rf"{_N_IT}{_OF} ?(?:tracking|spedizione|tracciamento|tracciatura)|tracking {_N_EN}|lettera di vettura",
    ),
    _a("invoice", rf"{_N_IT}{_OF} ?(?:fattura|bolletta)|(?:invoice|bill) {_N_EN}"),
    _a(
        "booking",
        rf"{_N_IT}{_OF} ?prenotazione|pnr|(?:booking|reservation|confirmation) {_N_EN}|record locator",
    ),
    _a("flight", rf"{_N_IT}{_OF} ?(?:volo|treno)|(?:flight|train) {_N_EN}"),
    _a(
        "ticket",
        rf"{_N_IT}{_OF} ?(?:ticket|pratica|segnalazione|reclamo|protocollo|riferimento|richiesta)|(?:ticket|case|complaint|incident"
        rf"|reference|request) {_N_EN}",
    ),
    _a(
        "phone",
        r"numero(?: di| del)?(?: (?:suo|tuo))? ?(?:telefon\w{1,3}|cellulare|mobile|contatto)|recapit[oi](?: telefonic[oi])?"
        r"|un numero(?! (?:di serie|d'|di ordine|verde))"
        r"|numero (?:a cui|al quale|su cui|dove)|cellulare|(?:phone|mobile|cell(?:phone)?|telephone|contact"
        r"|call-?back)(?: phone)? (?:number|no\.?)|best number|good number"
        r"|number (?:to|we can|where|on which|i can)",
    ),
    _a(
        "email",
        r"indirizzo (?:di )?(?:e-?mail|posta elettronica|mail)|(?:sua|tua|vostra) (?:e-?mail|mail)|e-?mail address"
        r"|your e-?mail(?! (?:inbox|provider|app))|an e-?mail(?= (?:where|we can|to))",
    ),
    _a(
        "address",
        r"indirizzo(?! (?:di )?(?:e-?mail|mail|posta|ip|web|pec))|(?<!mail )(?<!ip )(?<!web )(?<!email )address|postcode|zip code",
    ),
    _a(
        "name",
        r"(?:suo|tuo|vostro) nome(?: e cognome| completo)?|nome e cognome|nominativo|nome (?:dell'|del(?:la)? )intestatari[oa]"
        r"|(?<!')intestatari[oa]"
        r"|your (?:full |first |last )?name|full name"
        r"|(?:the )?name on the (?:account|order|booking|contract)|account holder(?:'s name)?",
    ),
    _a(
        "device",
        r"modello(?: esatto)?(?: (?:di|del|della|dello))?|make and model|model(?: (?:number|name))?",
    ),
    _a(
        "document",
        r"numero (?:del |di )?(?:documento|carta d'identità|passaporto)|(?:passport|id|driving licen[cs]e) number",
    ),
    _a("plate", r"targa|(?:licen[cs]e|number) plate|registration number"),
)

# questions that say by themselves what they ask for
WHOLE: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (kind, about, re.compile(rf"(?<!\w)(?:{words})(?!\w)"))
    for kind, about, words in (
        (
            "phone",
            "",
            r"(?:a|su) (?:che|quale) (?:numero|recapito)|(?:che|quale) (?:numero|recapito) (?:posso|possiamo|devo|dobbiamo|uso|usiamo"
            r"|preferisc\w)|(?:what|which)(?: is|'s)?(?: the| a| your)?(?: best| good)?(?: phone"
            r"| mobile)? number (?:can|could|should|shall|may|do|to|for)",
        ),
        (
            "address",
            "",
            r"dove (?:abita|abiti|vive|vivi|risiede)|(?:a|presso|in) (?:che|quale) (?:via|indirizzo(?! (?:di )?(?:e-?mail|mail|posta)))"
            r"|where do you live|(?:what|which) address",
        ),
        ("birth_date", "", r"quando (?:è|sei) nat[oa]|when were you born"),
        (
            "name",
            "",
            r"con chi (?:parlo|sto parlando|ho il piacere)|come (?:si|ti) chiam[ai]|(?:who|whom) am i (?:speaking|talking|chatting)"
            r"|(?:what's|what is|may i (?:have|take|ask)) your (?:full )?name",
        ),
        (
            "device",
            "",
            r"(?:che|quale)(?: tipo di| modello di)? (?:modem|router|telefono|cellulare|dispositivo|decoder|caldaia"
            r"|smartphone)(?: \w+)? (?:ha|hai|usa|usi|utilizza|possiede|sta usando|stai usando)"
            r"|(?:what|which)(?: model of| kind of| make of)? (?:phone|router|modem|device|laptop|model|handset"
            r"|printer)(?: model)? (?:do|are|is|have|you)",
        ),
        (
            "meter_reading",
            "",
            r"(?:cosa|quanto|che numero|che valore) (?:segna|riporta|indica)(?: \w+){0,2} contatore|what does (?:the"
            r"|your) meter (?:read|say|show)",
        ),
        (
            "preference",
            "time",
            r"(?:a che ora|quando|in (?:che|quale) (?:fascia oraria|orario|momento))(?: (?:la|ti|vi|le|preferisc\w|possiamo|posso|può"
            r"|potremmo|vuole|essere|desidera)){1,4} (?:ri)?(?:chiam|contatt|sent)\w{2,8}"
            r"|(?:when|what time)(?: (?:can|could|should|would|may|is|a|the|good|best|convenient|time|we|i|you|for|to|us|like|be"
            r"|prefer)){1,9} (?:call|reach|contact|ring|phone)\w{0,3}",
        ),
        (
            "preference",
            "channel",
            r"(?:come|in che modo|su (?:che|quale) canale|con quale canale) (?:preferisc\w|vuole|vuoi|desidera|possiamo"
            r"|posso)(?: \w+){0,2} (?:contatt|risent|sent|rispond)\w{2,9}"
            r"|how (?:would you|do you)(?: \w+){0,2} (?:like|prefer|want)(?: us)? to (?:be contacted|contact|reach|get in touch|hear)"
            r"|preferred (?:contact|way|channel|method)",
        ),
    )
)

_SOFT_IT = (
    r"(?: (?:gentilmente|cortesemente|per favore|per cortesia|anche|solo|soltanto|prima|intanto|nuovamente|ancora|un attimo"
    r"|magari))"
)
_GIVE_IT = (
    r"(?:ri)?(?:dar|dir|fornir|indicar|confermar|comunicar|inviar|mandar|scriver|lasciar|ripeter|specificar|condivider|allegar|riportar"
    r"|girar|passar)"
    r"(?:e|mi|ci|melo|mela|celo|cela|meli)?|far(?:mi|ci) (?:avere|sapere)"
)
_MODAL_IT = (
    r"(?:può|puo'|puoi|potete|potrebbe|potresti|potreste|sa|sai|saprebbe|sapresti|sapreste|riesce a|riesci a|riuscirebbe a|vuole"
    r"|vorrebbe|così gentile da|dispiacerebbe"
    r"|dispiace"
    r"|(?:le|ti|vi) (?:chiedo|chiediamo|chiederei|chiederemmo)(?: \w+mente)? di|(?:posso|possiamo) chieder(?:le|ti|vi) di|(?:la|ti"
    r"|vi) (?:prego|preghiamo|invito|invitiamo) (?:di|a)"
    r"|dovrebbe|dovresti|deve|devi|bisogna|basta|(?:la|il) (?:cortesia|gentilezza|favore|piacere) di|è possibile|sarebbe possibile)"
)
_CLITIC_IT = (
    r"(?:mi|ci) (?!\w{1,12}(?:ano|ono|anno|ato|ata|ito|uto|iamo)(?!\w))(?:ri)?(?:(?:forni|indic|conferm|comunic|invi|mand|scriv|lasc"
    r"|ripet"
    r"|specific|pass|gir|ricord|rammen|dett|legg|segnal|inoltr|spedi|condivid|procur|alleg|trasmett)\w{1,7}|dà|da|da'|dai|dia|date"
    r"|dar\w{2,6}"
    r"|dic[eai]|dir\w{2,6}"
    r"|(?:faccia|fai|fa|farebbe|faresti|fate|può far|potrebbe far) (?:avere|sapere))"
)
_COMMAND_IT = (
    r"(?:dam|dim|date|dite|manda|invia|scrivi|indica|conferma|comunica|lascia|fornisci|ripeti|specifica|gira|manda(?:te)?|invia(?:te)?"
    r"|indica(?:te)?|comunica(?:te)?"
    r"|conferma(?:te)?|forni(?:te|sci)|scrive(?:te)?|lascia(?:te)?)(?:mi|ci|melo|mela)|(?:leggi|detta|ricorda|passa|inoltra|segnala"
    r"|rimanda)(?:mi|ci)|dacci|dicci|(?:fam|fac)(?:mi|ci) (?:avere"
    r"|sapere)|fate(?:mi|ci) (?:avere|sapere)"
)
_BARE_IT = (
    r"(?:inserisca qui|trasmetta|inserisci qui|indichi|fornisca|confermi|invii|mandi|scriva|comunichi|specifichi|ripeta|riporti|indica"
    r"|fornisci|conferma|invia|manda"
    r"|scrivi|comunica|specifica|ripeti|alleghi|allega)"
)
_START = (
    r"(?:^|[,;:–—(-] ?|(?<!\w)(?:per favore,? |per cortesia,? |gentilmente |cortesemente |intanto |quindi |allora |poi |please,? |kindly "
    r"|just |first,? |simply |do |and please |or |(?:if possible|if you can|se può|se riesce|se possibile|quando può|quando riesce),? ))"
)
_NEED_IT = (
    r"(?:ho|avrei|abbiamo|avremmo|avrò|avremo)(?: \w+){0,2} bisogno(?: di avere| di sapere| che (?:mi|ci) \w+)?|(?:mi"
    r"|ci) (?:serv\w{1,7}|occor\w{1,9}|manca(?:no)?|basta(?:no)?|basterebbe\w{0,3})"
    r"|necessit(?:o|iamo)|(?:è|sono) (?:necessari\w|indispensabil\w)|(?:è|sarebbe) possibile (?:avere|sapere|conoscere|ricevere)"
    r"|si può avere|(?:ho|abbiamo|avrei|avremmo) (?:la )?necessità(?: di (?:avere|ricevere))?|(?:mi|ci) (?:sarebbe|aiuterebbe"
    r"|farebbe comodo|vuole|vorrebbe)(?: (?:utile|molto))?(?: (?:avere|sapere|conoscere))?|sarebbe (?:utile|d'aiuto) (?:avere|sapere)"
    r"|chiediamo|richiediamo|(?:la|ti|vi) invitiamo a (?:fornir|comunicar|inviar|indicar)\w{1,3}|in attesa (?:di ricevere|del|della"
    r"|dei)|serv(?:e|ono"
    r"|irebbe|irebbero)|occorr(?:e|ono|erebbe|erebbero)"
    r"|(?:resto|restiamo|rimango|siamo) in attesa|attend(?:o|iamo)"
    r"|(?:posso|possiamo|potrei|potremmo|vorrei|vorremmo) (?:avere|sapere|chiederle|chiederti|conoscere)|(?:devo|dobbiamo|dovrei"
    r"|dovremmo) (?:chiederle|chiederti|avere|sapere)"
    r"|(?:le|ti|vi) (?:chiedo|chiediamo|chiederei)(?: \w+mente)?"
)
_WHAT_IT = r"qual(?:e)? (?:è|era|sarebbe)|qual'è|quali sono"
_HAVE_IT = (
    r"(?:ha|hai|avete|avrebbe|avresti)(?: (?:già|per caso|anche|magari|con sé|sottomano|a portata di mano"
    r"|a disposizione)){0,2} (?:il|lo|la|l'|un|uno|una|i)"
)

_SOFT_EN = r"(?: (?:please|kindly|just|also|quickly|possibly|perhaps|maybe|mind|then|first|be able to|be so kind as to|also please))"
_GIVE_EN = (
    r"(?:re-?)?(?:give|giving|provide|providing|confirm|confirming|share|sharing|send|sending|tell|telling|dm|message|supply|verify"
    r"|verifying|state|repeat|advise|specify"
    r"|remind|text|let (?:me|us) (?:know|have)|drop|read|quote|leave|dictate|forward|spell out|type|pop|submit|pass)"
)
_TO_EN = r"(?: (?:us|me|you|with|again|over|once more|back|here|privately|in private|via dm|by dm|to us|to me|of)){0,4}"
_ASK_EN = (
    rf"(?:can|could|would|will|might) you{_SOFT_EN}{{0,3}} {_GIVE_EN}{_TO_EN}"
    rf"|(?:can|could|would|will) you(?: [^\s.,;!?]{{1,12}}){{1,5}} and {_GIVE_EN}{_TO_EN}"
    rf"|(?:can|could|may|might) (?:i|we){_SOFT_EN}{{0,3}} (?:have|get|take|grab|ask(?: you)?(?: for| to confirm)?|know|see){_TO_EN}"
    rf"|(?:would you mind|do you mind|mind|any chance you (?:could|can)|any chance of) {_GIVE_EN}{_TO_EN}|(?:can|could|may"
    rf"|might) i (?:trouble|bother) you for|(?:can|may|could) (?:i|we) ask(?: you)?(?: for| to (?:confirm|tell me|share|give me"
    rf"|provide))?"
)
_NEED_EN = (
    r"(?:i|we)(?:'ll|'d| will| would| do| just| still| only| also| first| all){0,3} (?:need|require|want|like)(?: to (?:have|grab|note"
    r"|collect|know"
    r"|confirm|verify|ask(?: you)?(?: for)?|take|get))?"
    rf"(?: you to {_GIVE_EN}(?: us| me)?)?|(?:all|what) (?:i|we) need(?: now)? is|(?:i'm|we're|i am|we are) (?:still |just "
    rf"|only )?(?:going to need|gonna need|missing|awaiting|waiting for|looking for)|(?:was|were) (?:hoping|wondering) (?:to (?:get"
    rf"|have)|for|if i could (?:get|have))|(?:is it|would it be) possible to (?:get|have|know|share|send|provide|confirm)(?: us| me)?"
    rf"|need you to {_GIVE_EN}(?: us| me)?"
)
_IF_EN = (
    rf"(?:if you(?: could| can| would| don't mind|'d)?|wonder if you could|you(?:'ll| will)? (?:need to|have to|must|should)"
    rf"|grateful if you could"
    rf"|great if you could|helpful if you could|appreciate (?:it )?if you could){_SOFT_EN}{{0,2}} {_GIVE_EN}{_TO_EN}|mind if (?:i"
    rf"|we) (?:take|grab|have|get|ask)(?: for)?"
    rf"|(?:help|helpful|great|good|handy|useful|love|appreciate|grateful)(?: for| to (?:have|know|get))(?! (?:hear|see))"
)
_WHAT_EN = r"(?:what's|what is|what was|what are|whats|what would be|which is)"
_HAVE_EN = r"got (?:a|an|your|the)|(?:do you|did you)(?: happen to| still| also){0,2} (?:have|know|remember|recall|get)|have you got"
_WITH = (
    rf"(?:(?:can|could|would) you{_SOFT_EN}{{0,2}} |{_START})(?:send|dm|message|drop|write|text|email|e-mail|reply|respond|contact"
    rf"|inbox)(?: [^\s.,;!?]{{1,14}}){{0,6}} (?:with|including)"
    r"|(?:mandaci|inviaci|scrivici|mandami|inviami|scrivimi|ci (?:scriva|mandi|invii)|mi (?:scriva|mandi|invii)|risponda|rispondi"
    r"|rispondere|scriverci|contattarci|inviarci|mandarci)"
    r"(?: [^\s.,;!?]{1,14}){0,6} (?:con|indicando|riportando|specificando)"
)

NEEDS = re.compile(rf"(?<![\w'])(?:{_NEED_IT}|{_NEED_EN})(?!\w)")
REQUESTS = re.compile(
    rf"{_WITH}(?!\w)|(?<![\w'])(?:(?:mi |ci |me |ce |le |ti )?{_MODAL_IT}{_SOFT_IT}{{0,2}} (?:{_GIVE_IT})|{_CLITIC_IT}|{_COMMAND_IT}"
    rf"|{_WHAT_IT}"
    rf"|{_WHAT_EN}|{_ASK_EN}|{_IF_EN})(?!\w)"
    rf"|{_START}(?:{_BARE_IT}|{_GIVE_EN}{_TO_EN})(?!\w)|(?<!\w)(?:and|then|so|also) (?:please )?{_GIVE_EN} (?:us|me|over"
    rf"|through|back)(?!\w)"
)
HAVING = re.compile(rf"(?<!\w)(?:{_HAVE_IT}|{_HAVE_EN})(?!\w)")
AFTER = re.compile(
    r"(?:[ ,]{1,2}\S{1,14}){0,3}?[ ,]{1,2}(?:(?:me|ce|mi|ci) ?(?:lo|la|li|l') ?(?:può|puoi|potrebbe|potresti|dà|da|dai|dia|manda|mandi"
    r"|invia|invii|conferma|confermi|ripete|ripeta|dica|dice|scriva)"
    r"|(?:e a|e|può|puoi|potrebbe) (?:dir|legger|dar|mandar|inviar|confermar|ripeter)(?:melo|mela|celo|cela)|(?:is|are"
    r"|would be) (?:still |also )?(?:needed|required"
    r"|missing|helpful|useful)|would help|(?:è|sono|risulta) (?:\w+ )?(?:necessari\w|indispensabil\w|richiest\w|obbligatori\w|mancante)"
    r"|(?:ci|mi) (?:serve|serviva|servono|manca|occorre)"
    r"|could you (?:send|give|confirm|share) (?:it|that|them))(?!\w)"
)

NOT = re.compile(
    r"(?<!\w)(?:non|senza|mai|nessun\w?|not|never|no need|without|needn't|cannot|\w{1,8}n't|evit\w{1,4}"
    r"|avoid)(?: [^\s.,;:!?]{1,14}){0,4} ?$"
)
WHEN = re.compile(
    r"(?<!\w)(?:if|in case|should|whenever|unless|when|se|qualora|quando|nel caso|casomai)(?: (?!possible|possibile)\S{1,12})? ?$"
)
BLOCKS = re.compile(
    r"(?<!\w)(?:che|se|quando|dove|perché|come|con|dopo|dal|dalla|trov\w{1,5}|non|that|where|if|when|how|whether|because|to|for|with"
    r"|from|using|so|not|into|at)(?!\w)"
    r"|(?<!\w)(?:per|di|a|ad) (?!procedere|proseguire|favore|cortesia|avere|sapere|nuovo)\w{2,10}(?:are|ere|ire|arl[aoie]|erl[aoie]"
    r"|irl[aoie])(?!\w)|[()\n]"
)
OURS = re.compile(r"(?<!\w)(?:nostr[oaie]|our|my|mi[oa]|his|her|their)(?: \w{1,12})? ?$")
VALUE = re.compile(
    r" ?(?:,? ?(?:è|e'|is|risulta|sono|:|=|#|\(|n\.?|che vedo è|we have is|terminante con|ending in"
    r"|ending with)){0,2} ?[\"'«“]?(?:(?=[^\s]*\d)[\w@./+-]{3,}|[\w.+-]+@[\w-]+\.\w+|(?:via|viale|piazza"
    r"|corso) [^\W\d_]+(?: [^\W\d_]+){0,3},? \d)"
)
THEIRS = re.compile(
    r" ?(?:del|della|dell'|dello) ?(?:corriere|negozio|tecnico|centro|nostr\w|punto|operatore|collega|filiale)|(?: of| for) (?:our"
    r"|the) (?:store|shop|courier|technician|branch|office|driver|colleague)|'s?(?= (?:office|team))"
)
POLITE = re.compile(r"(?<!\w)(?:per favore|per cortesia|please|grazie|thanks|thank you|prego)(?!\w)")
WHICH = re.compile(
    r"(?<!\w)(?:che|quale|qual|quali|which|what)(?: è| is|'s)?(?: (?:il|la|lo|l'|the|your|suo|sua|tuo|tua|esatto|exact|correct|current"
    r"|new|new)){0,3} ?$"
)
IS_THERE = re.compile(
    r"(?<!\w)(?:is there|c'è|ci sarebbe|esiste)(?: (?:a|an|any|un|una|uno|another|altro|good|better|best|alternative)){0,3} ?$"
)
GIVE_IT = re.compile(
    r"(?<!\w)(?:me|ce) (?:lo|la|li|le|l') ?(?:può|puoi|potrebbe|potresti|dà|da|dai|dia|manda|mandi|invia|invii|conferma|confermi|ripete"
    r"|ripeta|dica|dice|scriva|scrive|scrivi|detta|gira|indica)(?!\w)"
    r"|(?<!\w)(?:could|can|would) you (?:please )?(?:send|give|confirm|share|tell|repeat) (?:it|that|them|me)(?!\w)|può (?:dar|mandar"
    r"|inviar|confermar|ripeter|indicar)(?:melo|mela|celo|cela)(?!\w)"
)
GIVE_AT_END = re.compile(
    r"(?<!\w)(?:qual è|qual'è|quali sono|quale sarebbe|what is it) ?$|(?<!\w)(?:me|ce|mi|ci) (?:l[oaie]"
    r"|l') ?[^\W\d_]{2,12}(?: [^\W\d_]{2,12}){0,2} ?$|(?<!\w)(?:can|could|would"
    r"|will) you (?:please )?[a-z]{3,10} (?:it|that|them|me)(?: (?:to|out|over|for|here|in)(?: me| us)?)? ?$"
)
AS_ONE_LIKES = re.compile(
    r"(?<!\w)(?:at any time|anytime|whenever|any time|quando vuole|quando vuoi|in qualsiasi momento|in ogni momento|quando preferisce"
    r"|non (?:serve|occorre|è necessario)|not needed"
    r"|not necessary|no need|nothing (?:is|else is) needed)(?!\w)"
)
