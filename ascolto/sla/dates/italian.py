"""How one promises in Italian to write, call or answer: patterns over a text whose times are masked with \\x01."""

from __future__ import annotations

_ARTICLE = r"(?:il|lo|la|l'|i|gli|le|un|una|uno|un'|dei|delle)"
_MESSAGE = (
    r"(?:(?:un|una|un'|la|il|le|i|lo|gli|l'|tutti i|tutte le|anche|subito|nostro|nostra|mio|mia|breve"
    r"|nuovo|nuova|ulteriore|primo|prima|due|qualche|piccolo|l'ultim\w|definitiv\w)\s*){0,3}"
    r"(?:e-?mail|mail|pec|messagg\w+|sms|whatsapp|rispost\w|aggiornament\w|riscontr\w|conferm\w|notizi\w"
    r"|novità|dettagl\w|informazion\w|info|link|preventiv\w|document\w+|modul\w|righe|parole|rigo"
    r"|copi[ae]|fattur\w|resocont\w|riepilog\w|esit\w|feedback|istruzion\w|dati|comunicazion\w|proposta"
    r"|squillo|colpo di telefono|chiamata|telefonata|ragguagl\w|cenno|lettera)"
)
CLITIC = r"(?:ti|le|la|vi|l'|gliel[oa]|te l[oa]|ve l[oa])\s*"
_GIVES = (
    r"(?:do|dò|diamo|darò|daremo|ridò|mando|mandiamo|manderò|manderemo|invio|inviamo|invierò|invieremo"
    r"|giro|giriamo|girerò|gireremo|lascio|lasceremo|porto|fornisco|forniamo|fornirò|forniremo)"
)
_TELLS = r"(?:conferm(?:o|iamo|erò|eremo)|comunic(?:o|hiamo|herò|heremo)|avvis(?:o|iamo|erò|eremo)|inform(?:o|iamo|erò|eremo))"
_WRITES = (
    r"(?:(?:ri)?scriv(?:o|iamo|erò|eremo)|rispond(?:o|iamo|erò|eremo)|(?:ri)?chiam(?:o|iamo|erò|eremo)"
    r"|(?:ri)?contatt(?:o|iamo|erò|eremo)|telefon(?:o|iamo|erò|eremo)|raggiung(?:o|iamo|erò|eremo)"
    r"|aggiorn(?:o|iamo|erò|eremo)|avvert(?:o|iamo|irò|iremo)|messaggi(?:o|amo|erò|eremo)"
    r"|ragguagli(?:o|amo|erò|eremo)|(?:ri)?sent(?:o|iamo|irò|iremo)|(?:ri)?dic(?:o|iamo)|dir(?:ò|emo)"
    r"|s(?:o|appiamo|aprò|apremo) dire|"
    rf"{_TELLS}|(?:faccio|facciamo|farò|faremo)\s+(?:sapere|avere\s+{_MESSAGE}|uno squillo"
    rf"|una (?:telefonata|chiamata))|promett(?:o|iamo)\s+{_MESSAGE}|{_GIVES}\s+{_MESSAGE}"
    r"|(?:tengo|terrò|teniamo|terremo) (?:aggiornat|informat)\w)"
)
_FUTURE = (
    r"(?:(?:ri)?scriverò|(?:ri)?scriveremo|risponderò|risponderemo|telefonerò|telefoneremo|riscrivo|rispondo|scrivo"
    rf"|(?:(?:ri)?chiamerò|(?:ri)?chiameremo|richiamo|(?:ri)?contatterò|(?:ri)?contatteremo|ricontatto"
    rf"|aggiorneremo|aggiornerò)(?!\s+{_ARTICLE}\b)(?!\s+l')"
    rf"|(?:darò|daremo|fornirò|forniremo|invierò|invieremo|manderò|manderemo)\s+{_MESSAGE})"
)
INFINITIVE = (
    r"(?:(?:ri)?scriver|risponder|(?:ri)?chiamar|(?:ri)?contattar|telefonar|aggiornar|avvisar|confermar"
    r"|comunicar|informar|far|dar|mandar|inviar|dir|tener|fornir|sentir|raggiunger)(?:ti|le|la|vi|gliel[oa])"
)
WILL = (
    r"(?:promett(?:o|iamo)|mi impegno|ci impegniamo|cont(?:o|iamo) di|provved(?:erò|eremo|o|iamo)"
    r"|sarà (?:mia|nostra) (?:cura|premura)|è (?:mia|nostra) (?:cura|premura|intenzione)|mio impegno|posso"
    r"|possiamo|potrò|potremo|riesco|riusciamo|riuscirò|riusciremo|penso di|pensiamo di|dovrei|dovremmo"
    r"|cercherò|cercheremo|cerco di|cerchiamo di|proverò|proveremo|provo|proviamo|torn(?:o|iamo|erò|eremo)"
    r"|mi occuperò|mi segno di|ho segnato di|ho intenzione|(?:le|ti|vi) assicuro)"
)
TEAM = (
    r"(?:colleg\w+|operator\w+|responsabil\w+|reparto|ufficio|team|assistenza|amministrazione"
    r"|supervisor\w*|referent\w+|consulent\w+|specialist\w+|coordinator\w+|commerciale|qualcuno|persona"
    r"|squadra|servizio clienti|back ?office|contabilità|noi)"
)
OTHERS = (
    r"(?:tecnic[oi]|corrier\w+|installator\w+|fornitor\w+|spedizionier\w+|banca|amministratore|postin\w+"
    r"|operatore di rete|nessuno|cliente|sistema)"
)
OURS = (
    rf"\b{CLITIC}{_WRITES}(?!\w)",
    rf"\b{_FUTURE}(?!\w)",
    r"\b(?:chiamo|telefono|avviso|confermo|aggiorno)(?=\s+(?:io|qui|tutti)\b|\s*\x01)",
    rf"\b{WILL}(?!\w)[^\x01]{{0,40}}?\b{INFINITIVE}(?!\w)",
    r"\b(?:mi (?:ri)?(?:faccio|farò)|ci (?:ri)?(?:facciamo|faremo)) (?:viv\w|sentire|risentire)\b",
    r"\b(?:mi|ci) mett(?:o|iamo|erò|eremo) in contatto\b",
    r"\b(?:ci|vi) (?:ri)?(?:sentiamo|sentiremo|aggiorniamo|aggiorneremo)(?!\w)",
    r"\btorn(?:o|iamo|erò|eremo) (?:da|a) (?:lei|te|voi)\b",
    (
        r"\b(?:avr(?:ai|à|ete|ò|emo)|ricever(?:ai|à|ete)|ricev[ei]|troverà|troverai)\s+(?:(?:una|un|la|il|le"
        r"|i)\s+)?(?:(?:mi[aeo]|nostr\w+|su[ao]|prim\w)\s*){0,2}"
        r"(?:notizie|rispost\w|riscontr\w|chiamat\w|telefonat\w|aggiornament\w|ricontatto|feedback"
        r"|(?:messaggio|mail|e-?mail)(?= da (?:noi|me|parte)))(?!\w)"
    ),
    (
        r"\b(?:avr(?:ai|à|ete)|ricever(?:ai|à|ete))\s+(?:una|un)\s+(?:nostr\w|mi[ao])\s+(?:mail|e-?mail"
        r"|messaggio|comunicazione|lettera)\b"
    ),
    r"\b(?:sar(?:ai|à|ete)|verr(?:ai|à|ete)) (?:ri)?(?:contattat\w|chiamat\w|avvisat\w|aggiornat\w|informat\w|sentit\w)\b",
    r"\b(?:mi|ci) sentir(?:ai|à|ete)\b|\bsentir(?:ai|à|ete) (?:la|il|un|una) (?:mi[ao]|nostr[ao]) colleg",
    r"\b(?:sono|siamo) (?:di nuovo )?da (?:lei|te|voi)\b|\bappuntamento telefonico\b",
    r"^\s*(?:un|una)\s+(?:messaggio|aggiornamento|risposta|telefonata|chiamata)\s*(?:entro|alle)?\s*\x01",
    r"\b(?:prossim\w|nuov\w|ulterior\w)\s+(?:aggiornament\w|comunicazione|messaggio|notizie|chiamata|telefonata)\b",
    (
        r"\b(?:rispost\w|riscontro|aggiornamento|esito)\b[^\x01,;]{0,30}?\b(?:le|ti|vi) "
        r"(?:arriver(?:à|anno)|daremo|manderemo|invieremo)(?!\w)"
    ),
    (
        r"\b(?:le|ti|vi) (?:arriverà|sarà (?:data|fornita|inviata|comunicata))\s+(?:una\s+)?(?:nostra\s+)?"
        r"(?:mail|rispost\w|chiamata|comunicazione)\b"
    ),
)
THIRD = (
    rf"\b{CLITIC}(?:(?:ri)?chiam(?:a|erà|eranno|ano)|(?:ri)?contatt(?:a|erà|eranno|ano)|scriv(?:e|erà"
    r"|eranno|ono)|risponde(?:rà|ranno)?|telefon(?:a|erà|eranno)|aggiorn(?:a|erà|eranno)"
    r"|d(?:à|arà) (?:una risposta|un riscontro|notizie)|f(?:a|arà) sapere)(?!\w)"
)
# "I confirm the visit for Friday": what is confirmed has the date; only with "by" it is when we confirm
ABOUT_THINGS = rf"(?:{_TELLS})(?=\s+(?:{_ARTICLE}\b|l'))"
