"""Sentences as the judge of worded answers reads them: words, what each is, and what is denied. Pure. Italian and English; of other
languages every word counts as one that carries meaning, which is stricter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ascolto.kit.text import fold
from ascolto.understanding.engine.cues import STOP
from ascolto.understanding.engine.sentences import sentences
from ascolto.understanding.engine.small_words import BETWEEN, CONTRASTS, NEGATORS, UNTIL

SAME_SPAN = 4  # letters that two forms of a word have in common at least
_SHORT = 5  # letters of words that differ in the last letter only
_SAME_SHARE = 0.6  # of the longer word that must be common
_REACH = 3  # words that a negation denies
_LOOKED_AT = 8_000  # characters of a text
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*(?![^\W_])|[^\W_]+|[€$£%]|[.,;:!?()…\n–—]")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_PIECE = re.compile(r"\S+")
_LINKED = re.compile(r"[@/\\#]|[^\W_]\.[^\W\d_]|[^\W\d_]\.[^\W_]|^www\b|^https?\b", re.IGNORECASE)
_AROUND_PIECES = ".,;:!?'\"()[]«»“”…"
_NOT = re.compile(r"(?<=\w)n['’]t\b", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


_SIGNS = {"€": "euro", "$": "dollar", "£": "pound", "%": "percento"}
_SMALL = _words(" ".join((STOP | BETWEEN) - {"get", "got", "fare", "fatto"})) | _words(
    """a ad al allo agli c ci cio ciascuno con cui d da dai dagli dallo degli e ed era essere fino ha hanno i in io l la lei le lo loro
    lui ma me mentre meno mio nei nelle ne nello noi non nostra o od ogni oppure or ora ovvero per piu poi potete potra potrai
    potranno puo puoi possiamo possono potrebbe pure qual quale quali qualche quanto quanta quanti quindi s se sara saranno sia
    solito sono sopra sotto stesso stessa su sua sue sugli sui sull sulle suoi te tra tu tua tue tuo tuoi un va vai vanno vi voi
    vostra vostri basta bisogna occorre serve servono dopo durante entro prima presso verso circa cosi ecco anche invece inoltre
    infatti tramite attraverso mediante caso modo deve devi dovra dovrai devono avra avrai avere vuole vuoi desidera cosa cose
    tipo relativo relativa riguardo puntualmente direttamente semplicemente facilmente comodamente viene vengono venga an also
    and any both each either else if into its just like may might more most need needs of off on once onto other our out over
    own per same shall should since so than that the their them then there these those through to too under until up upon us
    very via was well were what whatever where which while who whose why will within would you your yours simply easily directly
    case way thing"""
)
_COURTEOUS = _words(
    """gentile egregio cliente grazie buongiorno buonasera salve ciao certo certamente ecco prego saluti cordiali cordialmente spero
    domanda risposta rispondere chiesto utile aiuto aiutare informazione informazioni chiede contattato contattarci averci
    scritto scrive volentieri naturalmente riassumendo purtroppo spiacenti dispiace si hello hi dear customer thanks thank sure
    certainly please here answer question asked help hope regards welcome writing contacting kindly information happy sorry
    unfortunately yes"""
)
_LOOSE = _words(
    """usare usando utilizzare utilizzando usi usa andare visitare inviare invia mandare prova provare provi ricorda ricordati ricordi
    chiediamo chiedere fare fai faccia farlo fatto fatta possibile trovi trovare segui seguire comunque ancora nuovamente
    contattare contatta contatti informiamo effettuare effettuato effettuata effettui indicare indica riguarda necessario
    necessaria necessari risulta effettuato seguente seguenti procedere procedi procedura mezzo ricordare riguardare volta
    dunque pertanto altrimenti use using used go visit send try remember back again note inform according following follow
    follows contact find possible necessary happen happens done make makes want ask like see happen still otherwise therefore
    steps step"""
)  # phrasing: it says nothing by itself
_PLEDGES = _words(
    """gratis gratuito gratuita gratuitamente garantito garantita garantiamo garanzia rimborso rimborsare rimborsiamo rimborseremo
    sconto sconti scontato regalo omaggio bonus promettiamo prometto assicuriamo assicuro sempre subito immediatamente immediato
    oggi domani ieri dopodomani tutti tutte chiunque qualsiasi obbligatorio obbligo vietato risarcimento indennizzo penale
    annullare annullato metà mezzo doppio triplo chiocciola automaticamente automatico illimitato illimitati definitivamente
    lunedì martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio marzo aprile maggio giugno luglio agosto settembre
    ottobre novembre dicembre free refund refunds refunded guarantee guaranteed guarantees discount discounts gift promise
    promised assure always immediately instantly today tomorrow yesterday everyone everybody anyone anybody must forbidden
    mandatory compensation penalty waive waived half double twice dot unlimited automatically permanently all monday tuesday
    wednesday thursday friday saturday sunday january february march april june july august september october november december"""
)
_RESTRICTING = _words(
    """solo soltanto solamente unicamente esclusivamente salvo tranne eccetto purché escluso esclusi esclusa escluse only solely unless
    except excluding exclusively provided"""
)
_CONDITIONS = _words("se qualora if")
_RELATIONS = _words(
    """oltre sopra sotto meno piu almeno minimo massimo fino entro dopo prima circa quasi da dal dalle superiore inferiore superiori
    inferiori over above under below less more least most minimum maximum until till within after before about around nearly almost
    from exceeding"""
)  # beside a number they say what it means
_ENDS_CLAUSE = (
    _words("se quando perche poiche finche if when because whenever until while")
    | _words(" ".join(CONTRASTS))
    | UNTIL
)
_NEGATORS = _words(" ".join(NEGATORS - {"né", "nada", "mai", "viel"})) | {"mai"}
_COMES_AFTER = _words("nulla niente nessuno nessuna nessun mai mica nothing anything never")
_ANDS = frozenset({"e", "ed", "and"})
_NUMBERS = {
    word: str(number)
    for number, words in {
        1: "uno one", 2: "due two", 3: "tre three", 4: "quattro four", 5: "cinque five", 6: "sei six", 7: "sette seven",
        8: "otto eight", 9: "nove nine", 10: "dieci ten", 11: "undici eleven", 12: "dodici twelve", 13: "tredici thirteen",
        14: "quattordici fourteen", 15: "quindici fifteen", 16: "sedici sixteen", 18: "diciotto eighteen", 20: "venti twenty",
        24: "ventiquattro", 30: "trenta thirty", 40: "quaranta forty", 48: "quarantotto", 50: "cinquanta fifty",
        60: "sessanta sixty", 70: "settanta seventy", 80: "ottanta eighty", 90: "novanta ninety", 100: "cento hundred",
        1000: "mille thousand",
    }.items()
    for word in words.split()
}  # fmt: skip
_UNITS = _words(
    """giorno giornata settimana mese anno ora minuto secondo euro volta day week month year hour minute second euro pound dollar time"""
)
_AN = frozenset({"un", "una", "a", "an", "uno", "one", "sei"})  # numbers before a unit only
_NOR = "né"  # without its accent it is another word


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `number`: in one way of writing, empty where it is none. `is_negated`: a negation before it denies it."""

    folded: str
    number: str = ""
    is_capital: bool = False
    is_negated: bool = False

    @property
    def is_small(self) -> bool:
        return self.folded in _SMALL

    @property
    def is_courteous(self) -> bool:
        return self.folded in _COURTEOUS

    @property
    def is_loose(self) -> bool:
        """It may be added: it says nothing by itself."""
        return self.folded in _LOOSE

    @property
    def is_pledge(self) -> bool:
        """It promises, or names a day."""
        return self.folded in _PLEDGES

    @property
    def is_content(self) -> bool:
        """It carries meaning."""
        return not (
            self.number
            or self.is_small
            or self.is_courteous
            or self.folded in _NEGATORS
            or self.folded in _RESTRICTING
        )

    @property
    def is_name(self) -> bool:
        """It is written with a capital letter, and is no small word at the beginning of a sentence."""
        return self.is_capital and not (
            self.is_small or self.number or self.folded in _NEGATORS or self.folded in _RESTRICTING
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of a sentence, without its marks. `clauses`: for each word in which part of the sentence it stands; `spans`: the same,
    where only marks part it, and no "and". `restricts`: what it says holds on a condition, or for some only."""

    words: tuple[Word, ...]
    clauses: tuple[int, ...]
    spans: tuple[int, ...]
    negations: int
    restricts: bool
    links: frozenset[str] = frozenset()

    def around(self, place: int, most: int) -> Iterator[Word]:
        """The nearest words on both sides in the same part of the sentence that carry meaning."""
        for steps in (range(place - 1, -1, -1), range(place + 1, len(self.words))):
            left = most
            for at in steps:
                if not left or self.clauses[at] != self.clauses[place]:
                    break
                if self.words[at].is_content:
                    left -= 1
                    yield self.words[at]

    def part(self, place: int, within: Sequence[int]) -> list[Word]:
        """The words with a meaning in the part of the sentence in which a word stands; `within`: clauses, or spans."""
        return [
            word
            for word, at in zip(self.words, within, strict=True)
            if at == within[place] and word.is_content
        ]

    def parts(self) -> Iterator[list[Word]]:
        """Its parts, with one that has a single word of meaning taken to its neighbour."""
        waiting: list[Word] = []
        for clause in dict.fromkeys(self.clauses):
            waiting += self.part(self.clauses.index(clause), self.clauses)
            if len(waiting) > 1:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def relations(self, place: int) -> frozenset[str]:
        """What a number is to what it is of: at least, within, over …, in the words just before it and just after it."""
        near = range(max(0, place - 3), min(place + 4, len(self.words)))
        here = (self.words[at].folded for at in near if self.clauses[at] == self.clauses[place])
        return frozenset(word for word in here if word in _RELATIONS)

    def unit(self, place: int) -> str:
        """Of what a number is: the word after it, past small ones and other numbers ("3 or 5 days"); a currency before it."""
        for at in range(place + 1, min(place + 4, len(self.words))):
            word = self.words[at]
            if self.spans[at] != self.spans[place]:
                break
            if word.is_content:
                return word.folded
            if not (word.is_small or word.number):
                break
        before = self.words[place - 1].folded if place else ""
        return before if before in _SIGNS.values() else ""


def read(text: str) -> list[Sentence]:
    """The sentences of a text. Links and addresses are no words of it."""
    lines = text[:_LOOKED_AT].split("\n")
    return [_sentence(_PIECE.sub(_unlinked, one), pieces(one)) for line in lines for one in sentences(line)]


def _unlinked(piece: re.Match[str]) -> str:
    bare = piece[0].rstrip(_AROUND_PIECES)
    return piece[0] if not _LINKED.search(bare.lstrip(_AROUND_PIECES)) else piece[0][len(bare) :]


def _sentence(text: str, links: frozenset[str]) -> Sentence:
    words: list[Word] = []
    clauses: list[int] = []
    spans: list[int] = []
    clause = span = reach = negations = 0
    negated_clause = -1
    tokens = _TOKEN.findall(_NOT.sub(" not", text.replace("’", "'")))
    for place, token in enumerate(tokens):
        folded = fold(_SIGNS.get(token, token))
        if folded in _NEGATORS or token.lower() == _NOR:
            ends = folded in _COMES_AFTER and negated_clause == clause  # "non costa nulla": no more is denied
            reach, negations, negated_clause = 0 if ends else _REACH, negations + 1, clause
        elif folded in _ENDS_CLAUSE or token in UNTIL:
            reach = 0
        clause += token in UNTIL or token.lower() in _ANDS
        span += token in UNTIL
        if not folded or not folded[0].isalnum():
            continue
        word = Word(folded, _number(folded, tokens, place), token[:1].isupper(), reach > 0)
        if reach and word.is_content:
            reach -= 1
        elif not word.is_content:
            word = Word(folded, word.number, word.is_capital)
        words.append(word)
        clauses.append(clause)
        spans.append(span)
    restricts = any(word.folded in _RESTRICTING or word.folded in _CONDITIONS for word in words)
    return Sentence(tuple(words), tuple(clauses), tuple(spans), negations, restricts, links)


def _number(folded: str, tokens: list[str], place: int) -> str:
    """A number in one way of writing: 1.000 and 1000, 5,50 and 5.5, three and 3, "a day" and 1; codes as they are."""
    if folded in _AN:
        following = fold(tokens[place + 1]) if place + 1 < len(tokens) else ""
        counts = any(alike(following, unit) for unit in _UNITS)
        return _NUMBERS.get(folded, "1") if counts else ""
    if folded in _NUMBERS:
        return _NUMBERS[folded]
    if not any(char.isdigit() for char in folded):
        return ""
    plain = _THOUSANDS.sub("", folded).replace(",", ".")
    if plain.count(".") == 1 and plain.replace(".", "").isdigit():
        plain = plain.rstrip("0").rstrip(".")
    return plain


def alike(first: str, second: str) -> bool:
    """Whether two folded words are forms of one: bill and bills, pagare and paga."""
    if first == second:
        return True
    longest = max(len(first), len(second))
    common = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        common += 1
    if longest <= _SHORT:
        return common >= 2 and common >= longest - 1
    return common >= SAME_SPAN and common >= _SAME_SHARE * longest


def pieces(text: str) -> frozenset[str]:
    """What looks like a link, an address, a handle or a path, in one way of writing."""
    found = (piece.strip(_AROUND_PIECES).lower() for piece in _PIECE.findall(text))
    return frozenset(piece.removesuffix("/") for piece in found if _LINKED.search(piece))
