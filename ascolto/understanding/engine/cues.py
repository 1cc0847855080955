"""What makes a sentence of a conversation worth remembering: what is asked, promised, decided, and the facts in it. Italian and English."""

from __future__ import annotations

import re


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words.split('|'))})", re.IGNORECASE)


REQUEST = _any(
    r"vorrei|vorremmo|volevo|desidero|desideriamo|chiedo|chiediamo|pretendo|esigo|ho bisogno|abbiamo bisogno|mi serve|mi "
    r"servirebbe|potete|potreste|potrebbe|può |puoi "
    r"|mi dite|mi sapete|è possibile|sarebbe possibile|voglio|fatemi|mandatemi|inviatemi|rimborsatemi|ditemi|spiegatemi"
    r"|come (?:faccio|posso|si fa)|disd|annullare|recedere"
    r"|i(?:'d| would) like|i want|i need|we need|could you|can you|can i|could i|please (?:send|tell|let|check|confirm"
    r"|cancel|refund|call|explain|change)|would you|is it possible"
    r"|i(?:'m| am) asking|requesting|cancel|how (?:do|can) i|i demand|i expect"
)
PROMISE = _any(
    r"provveder|procederemo|procederò|invieremo|le invio|ti invio|invierò|manderemo|manderò|la ricontatt|ti ricontatt"
    r"|ricontatter|richiamer|contatteremo|sarà (?:contattat|rimborsat|spedit|consegnat"
    r"|accreditat|ripristinat|riattivat|inviat)|verrà|verranno|riceverà|riceverai|passerà|uscirà|arriverà|le faccio sapere"
    r"|ti faccio sapere|apro (?:un|una)|abbiamo (?:aperto|disposto|prenotato|programmato"
    r"|autorizzato|avviato)|ho (?:aperto|disposto|prenotato|programmato|autorizzato|avviato|richiesto|inoltrato"
    r"|sollecitato)|ci impegniamo|entro (?:il |le |la |domani|oggi|\d|due|tre|cinque)"
    r"|(?:we|i)(?:'ll| will)|you(?:'ll| will) (?:receive|get|have|be)|will be (?:refunded|sent|delivered|there|credited"
    r"|replaced|with you)|(?:we|i)(?:'ve| have) (?:booked|opened|arranged|raised|scheduled"
    r"|escalated|ordered|issued|requested|authorised|authorized)|by (?:monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|tomorrow|the end of)|within (?:\d|two|three|five|a )|is (?:booked|scheduled)"
)
OUTCOME = _any(
    r"risolto|risolta|è tornat|funziona di nuovo|ora funziona|adesso funziona|confermo|confermato|confermata|accetto"
    r"|accettato|annullat|rimborsat|riattivat|ripristinat|sostituit|consegnat|ricevuto il"
    r"|è arrivat|chiuso|la causa|il motivo|risulta|abbiamo verificato|dalle verifiche|purtroppo|non (?:è|sarà) possibile"
    r"|resolved|fixed|works (?:now|again)|it(?:'s| is) working|confirm|accepted"
    r"|refunded|cancelled|canceled|replaced|delivered|arrived|the cause|the reason|turns out|unfortunately|we found|not "
    r"possible|declined|agreed"
)
PROBLEM = _any(
    r"non (?:funziona|va|riesco|arriva|è arrivat|ho (?:ancora )?ricevuto|risponde|si (?:accende|collega|connette))|guast"
    r"|rott[oa]|bloccat|addebit|doppio|sbagliat|errat|errore|in ritardo|manca"
    r"|senza (?:linea|internet|luce|gas|corrente|segnale)|truff|nessuno|mai (?:arrivat|ricevut|risposto)|doesn(?:'|)t work"
    r"|not working|isn(?:'|)t|broken|charged|twice|wrong|missing|never (?:arrived|received)"
    r"|haven(?:'|)t|hasn(?:'|)t|didn(?:'|)t|can(?:'|)t|late|delay|damaged|faulty|error|outage|no (?:signal|internet|one)"
)
AMOUNT = re.compile(
    r"(?:€|£|\$|eur|euro)\s?\d|\d(?:[.,]\d+)?\s?(?:€|£|\$|euro?\b|eur\b|pounds?\b|dollars?\b)", re.IGNORECASE
)
DATE = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b|\b\d{1,2}(?:°|st|nd|rd|th)? (?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov"
    r"|dic|jan|may|jun|jul|aug|sep|oct|dec)[a-z]*\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}\b"
    r"|\b(?:luned|marted|mercoled|gioved|venerd)[iì]\b|\b(?:sabato|domenica|domani|monday|tuesday|wednesday|thursday"
    r"|friday|saturday|sunday|tomorrow)\b"
    r"|\b(?:alle|ore|at) \d{1,2}(?:[:.]\d\d)?\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b(?=[A-Z0-9/-]*\d)(?=[A-Z0-9/-]*[A-Z])[A-Z0-9][A-Z0-9/-]{4,}\b|#\d{3,}|\b\d{6,}\b")

_COURTESY = (
    "buongiorno buonasera buondì salve ciao gentile gentili cliente clienti signor signora signori sig sigra dott "
    "spettle egregio caro cara cari cordiali cordialmente distinti saluti saluto saluta "
    "grazie mille tante ringrazio ringraziamo ringraziarvi ringraziarla anticipo attesa riscontro buona buon giornata "
    "serata lavoro weekend fine settimana disposizione resto restiamo rimango rimaniamo "
    "ulteriori chiarimenti informazioni prego figurati figurarsi nulla niente ok va bene perfetto ottimo capito certo "
    "certamente presto risentirci arrivederci assistenza team servizio sono chiamo mi "
    "piacere aiutarla aiutarti aiutarvi posso come oggi contattato contattarci averci scritto scrivere pazienza "
    "comprensione scusi scusa scusate disagio disturbo attenda attendere attimo momento gentilmente "
    "verifico subito controllo un secondo minuto qui ci eccomi hello hi hey dear good morning afternoon evening thanks "
    "thank you so much very many cheers regards kind best wishes sincerely yours "
    "faithfully welcome no problem worries pleasure happy help contacting contact reaching out message patience "
    "understanding sorry apologies apologise apologize inconvenience wait hold moment second minute "
    "please bear with me let know anything else can i today great perfect okay sure fine have nice day weekend bye got "
    "it lovely brilliant name my is am this the from team support customer care speaking "
    "here for your any further if questions do not hesitate"
)
COURTESY = frozenset(_COURTESY.split())
AUTOMATIC = _any(
    r"messaggio automatico|risposta automatica|non rispondere a questa|sono (?:l'|un )assistente virtuale|scegli(?:a)? "
    r"un'opzione|digita \d|la tua richiesta è stata (?:presa in carico|registrata)|"
    r"automatic (?:message|reply)|automated|do not reply|virtual assistant|choose an option|type \d|your request has been "
    r"(?:received|registered)|out of office|fuori ufficio|questa (?:e-?mail|comunicazione) è riservata"
    r"|this (?:e-?mail|message) is confidential|inviato da|sent from my|get outlook"
)
_STOP = (
    "il lo la gli le un uno una di del dello della dei degli delle da dal dalla dai nel nella nei nelle sul sulla con "
    "per tra fra che chi cui non si ci vi ne mi ti ed ma se anche più già sono sei siamo "
    "siete hai abbiamo avete hanno era erano stato stata questo questa questi queste quello quella come cosa perché dove "
    "quando ancora sempre mai poi però quindi allora tutto tutti molto poco fare fatto "
    "suo sua mio mia nostro vostro ho ha è al alla ai alle the a an of to in is it you that he was for on are with as "
    "his they be at this have from or had by but not what all were we when your can said "
    "there which she do how their if will up about out then them these so some her would him into has my than been its "
    "who now i me our us just been get got did does am no yes"
)
STOP = frozenset(_STOP.split())
