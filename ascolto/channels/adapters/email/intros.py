"""The lines with which mail programs begin a quote, a forwarded mail or a signature, in the languages people write in.

Every pattern is tried on one line (or a few joined lines) of limited length and is free of nested repetition.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LINE: Final = 400


# "On Monday, Giulia wrote:" — how the verb is written at the end of the line (or right after the date).
_WROTE = (
    "wrote|writes|écrit|ecrit|scritto|scrive|schrieb|schreibt|geschrieben|escribió|escribio|escribe|escreveu|escrito"
    "|schreef|geschreven|skrev|skrifaði|kirjoitti|napisał|napisała|napisał\\(a\\)|napisała\\(a\\)|napsal|napsal\\(a\\)|napísal"
    "|napísal\\(a\\)|написал|написала|написал\\(а\\)|написа|написав|пише|пишет|pisze|a écrit|ha scritto|va escriure|"
    "a scris|írta|ezt írta|rašė|rakstīja|kirjutas|napisao|napisala|je napisao/la|je napisal|έγραψε|yazdı|şunu yazdı|đã viết"
    "|menulis|tulis|כתב|כתבה|‫כתב|كتب|كتبت|写道|寫道|のメール|書きました|さんは書きました|님이 작성|작성|님의 말|쓴 글|のメッセージ|писали"
    "|نوشت"
)
WROTE: Final = re.compile(
    rf"(?:^|[\s>\"'\])(,])(?:{_WROTE})(?:\W*uhr)?\s*(?:\(.{{0,40}}\))?\s*[:：]?\s*-{{0,6}}$", re.IGNORECASE
)
_CJK_WROTE = re.compile(
    r"(?:写道|寫道|のメール|のメッセージ|書きました|เขียนว่า|लिखा|작성|씀|님의 말|쓴 글)\s*[:：]?\s*$"
)
# Languages whose verb stands in the middle: "Am 3. Mai schrieb Giulia <g@…>:", "Op 3 mei schreef …:", "Den 3. maj skrev …:".
_VERB_INSIDE: Final = re.compile(
    r"\b(?:schrieb|schreef|skrev|skreiv|escribió|escribio|escreveu|ha scritto|a écrit|wrote|geschreven|kirjoitti|napisał"
    r"|napisał\(a\)|napsal|написал|пише)\b",
    re.IGNORECASE,
)
_BEGIN: Final = re.compile(
    r"^\W{0,4}(?:on|am|le|il|in data|el|em|no dia|op|den|på|ons|man|tir|tor|fre|lør|søn|dnia|w dniu|dne|dňa|a|în|la data|pe|"
    r"на|в|vào|pada|tanggal|στις|itt|ma|ti|ke|to|pe|la|su|kl|sent|from|date|year|në|u|dana|"
    r"lun|mar|mer|gio|ven|sab|dom|jeu|sam|dim|lunes|martes|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|пн|вт|ср|чт"
    r"|пт|сб|вс"
    r"|在|於|ב)\b",
    re.IGNORECASE,
)
ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{2,100}")
_TIME: Final = re.compile(r"\b\d{1,2}\s?[:.h]\s?\d{2}\b")
_YEAR: Final = re.compile(r"\b(?:19|20)\d{2}\b")
_DATE: Final = re.compile(
    r"\b\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}\b|\b(?:19|20)\d{2}\b|\d{1,4}年|\d{1,2}月|\d{4}년"
    r"|\b\d{1,2}\.?(?:st|nd|rd|th|º|ª|er)?[\s-]+(?:de |di )?[^\W\d]{3,12}\b|\b[^\W\d]{3,12}\.? \d{1,2}\b"
)
# A line that is nothing but "2016-03-03 17:21 GMT+01:00 Giulia <g@…>:".
_DATED: Final = re.compile(r"^\W{0,3}(?:[^\W\d]{2,10}\.?,?\s+)?\d{1,4}\b.{4,200}?[<(\[\"]")
# "2013/10/2 Giulia <g@…>" and "2016-03-03 17:21 GMT+01:00 Giulia :", with or without the colon.
_DATE_AND_NAME: Final = re.compile(
    r"^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?,? (?:\d{1,2}:\d{2}(?::\d{2})? (?:(?:GMT|UTC|[+-])[+\-\d:]{0,7} )?[^<>|:]{1,80}?"
    r"(?:<[^<>\s]{3,100}@[^<>\s]{3,100}>| ?(?=:$))|[^<>|:]{1,80} <[^<>\s]{1,100}@[^<>\s]{3,100}>):?$"
)
# "marco via Telvia Help wrote:" and "Posted by marco on 11/23/2026", as forums and groups write.
_BY_A_GROUP: Final = re.compile(
    r"^(?:\S[^:]{0,60} via [^:]{2,60} (?:wrote|schrieb|a écrit|ha scritto|escribió|escreveu|schreef|skrev) ?:"
    r"|posted by \S.{0,60} on \d{1,4}[/.-]\d{1,2}[/.-]\d{2,4})$",
    re.IGNORECASE,
)
# "Marco <help@…>, 23.11.2026 10:12:"
_ADDRESS_AND_DATE: Final = re.compile(
    r"^[^<>:]{0,80}<[^<>\s]{1,80}@[^<>\s]{3,100}>[,;]? ?(?:(?:am|on|il|le|el|op|den) )?\d[^<>@]{5,40}:$"
)
_SHORT_NAME: Final = re.compile(r"^[\"'*]{0,2}[^\W\d][^:;?!<>|]{1,80}[\"'*]{0,2}\s*[<(\[]")
_RICHARD: Final = re.compile(r"^[A-Za-z]{2,20}> ")

_RULES: Final = "-–—‐‑―─_=*~"
_ORIGINAL: Final = frozenset(
    """
original message|original appointment|reply message|original message follows|message follows|original e-mail|original email
messaggio originale|messaggio originario|ursprüngliche nachricht|ursprungliche nachricht|ursprüngliche mail|ursprüngliche e-mail
original-nachricht|original nachricht|originalnachricht|weitergeleitete nachricht von|antwort nachricht|ursprünglicher termin
message d'origine|message original|message originel|message initial
courriel original|mail original|e-mail original|mensaje original|mensagem original
missatge original|mensaxe orixinal|oorspronkelijk bericht|oorspronkelijke bericht|origineel bericht|originele bericht
ursprungligt meddelande|originalmeddelande|opprinnelig melding|original melding|opprinnelig beskjed|oprindelig meddelelse
oprindelig besked|original meddelelse|oprindelig mail|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość
wiadomość pierwotna|původní zpráva|původní e-mail|původní email|originální zpráva|pôvodná správa|eredeti üzenet|eredeti levél|mesaj original
mesajul original|mesaj inițial|orijinal mesaj|orijinal ileti|özgün ileti|özgün mesaj|asıl mesaj|ilk mesaj|исходное сообщение
исходное письмо|оригинальное сообщение|первоначальное сообщение|пересылаемое сообщение ответ|вихідне повідомлення
оригінальне повідомлення|початкове повідомлення|оригинално съобщение|първоначално съобщение|αρχικό μήνυμα|原始邮件|原始郵件
原邮件|原信|原始訊息|原始信件|原始消息|元のメッセージ|元のメール|원본 메시지|원본메시지|원본 메세지|원본메세지|원본 메일|원본메일
odgovor|izvorna poruka|izvorno sporočilo|originalna poruka|הודעה מקורית|ההודעה המקורית|الرسالة الأصلية|رسالة أصلية
thư gốc|tin nhắn gốc|thông báo gốc|pesan asli|algne kiri|oriģinālais ziņojums|pirminis laiškas|upprunaleg skilaboð
""".strip()
    .replace("\n", "|")
    .split("|")
)


def is_original(line: str) -> bool:
    """ "-----Original Message-----", in whatever language and with whatever rules around it."""
    text = line.strip(" \t>|\xa0")
    left = text.lstrip(_RULES + " #")
    core = left.rstrip(_RULES + " #:")
    said = core.lower().replace("’", "'").replace("i\u0307", "i")
    return said in _ORIGINAL and (
        len(text) - len(left) >= 2 or (core != left and left[len(core) :].strip(" ") != "")
    )


LIST_FOOTER: Final = re.compile(
    r"mailing list|mailman/listinfo|list(?:s|e)?@|@lists?\.|unsubscribe|abmelden|disiscriv|désabonn|desinscri|darse de baja|отписаться"
    r"|you received this|google groups|virus",
    re.IGNORECASE,
)


def is_bare_original(line: str) -> bool:
    """ "Original Message" without any rule: it counts above a quoted header only."""
    return line.strip().lower().replace("’", "'") in _ORIGINAL


GROUPWISE: Final = re.compile(
    r"^>>> .{3,150}\d.{2,80}(?:>>>|in Nachricht|in message|nel messaggio|dans le message)\s*$"
)
_FORWARDED: Final = frozenset(
    """
forwarded message|begin forwarded message|start of forwarded message|messaggio inoltrato|inizio messaggio inoltrato
weitergeleitete nachricht|anfang der weitergeleiteten nachricht|weitergeleitete mail|message transféré|message transmis
début du message transféré|début du message réexpédié|message réacheminé|mensaje reenviado|inicio del mensaje reenviado
mensagem encaminhada|início da mensagem encaminhada|mensagem reencaminhada|missatge reenviat|doorgestuurd bericht
begin doorgestuurd bericht|videresendt meddelelse|videresendt besked|videresendt melding|start på videresendt besked
vidarebefordrat meddelande|vidarebefordrat brev|vidarebefordrat mejl|edelleenlähetetty viesti|välitetty viesti
przekazana wiadomość|wiadomość przekazana|początek przekazanej wiadomości|przeposlaná zpráva|přeposlaná zpráva
preposlaná správa|továbbított üzenet|továbbított levél|mesaj redirecționat|mesaj redirecţionat|iletilen mesaj|iletilmiş mesaj
iletilmiş ileti|пересланное сообщение|пересылаемое сообщение|перенаправленное сообщение|начало переадресованного сообщения
переслане повідомлення|препратено съобщение|προωθημένο μήνυμα|转发的邮件|转发邮件|轉寄郵件|轉寄訊息|転送メッセージ|転送されたメッセージ
전달된 메시지|전달된 메일|رسالة معاد توجيهها|الرسالة المعاد توجيهها|הודעה שהועברה|thư chuyển tiếp|pesan terusan|proslijeđena poruka
posredovano sporočilo|edastatud kiri|pārsūtīts ziņojums|persiunčiamas laiškas
""".strip()
    .replace("\n", "|")
    .split("|")
)


def is_forward(line: str) -> bool:
    """ "---------- Forwarded message ---------" or "Begin forwarded message:"."""
    text = line.strip(" \t>*\xa0")
    if len(text) > 160:
        return False
    left = text.lstrip(_RULES + " ")
    core = left.rstrip(_RULES + " :")
    said = core.lower().replace("’", "'")
    known = said in _FORWARDED or (said.startswith("forwarded by ") and len(text) - len(left) >= 2)
    return known and (len(text) - len(left) >= 2 or left[len(core) :].strip(" ") == ":")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABOVE: Final = _words(
    "above below sopra sotto oberhalb über unter dessus dessous acima abaixo encima arriba debajo boven onder ovanför ovenfor"
    " över over powyżej nad yläpuolelle выше вище"
)
_LINE: Final = _words(
    "line linea riga linie zeile ligne línea linha lijn regel raden rad linjen linje linii linią rivin линии строки"
)
_ASKED: Final = _words(
    "please reply type write enter respond do don rispondi scrivi antworten bitte répondre veuillez responda svara svar"
)
_WORD: Final = re.compile(r"\w+")


def is_reply_mark(line: str) -> bool:
    """ "##- Please type your reply above this line -##", as ticket systems write it."""
    text = line.strip(" \t>\xa0")
    if not text or len(text) > 130:
        return False
    said = _WORD.findall(text.lower())
    if not 3 <= len(said) <= 20 or (text[0].isalnum() and said[0] not in _ASKED):
        return False
    places = [place for place, word in enumerate(said) if word in _ABOVE]
    return any(word in _LINE for place in places for word in said[place + 1 : place + 6])


RULE: Final = re.compile(r"^\s{0,4}[-–—_=*~⎯]{5,200}\s*$")
SIGNATURE_MARK: Final = re.compile(r"^\s?(?:--|––|—|- --|---|_{2,5}|-- --|--\s?\*{0,2})\s*$")
_DEVICES = (
    r"iphone|ipad|ipod|ios|android|mobile|mobil\w*|smartphone|handy|phone|telefon\w*|telefono|téléphone|cellulare|celular"
    r"|móvil|cell|tablet"
    r"|blackberry|samsung|galaxy|huawei|htc|nokia|windows|outlook|mail|mailbox|airmail|yahoo|gmail|proton\w*|spark"
    r"|thunderbird|k-9|ti-85|alcatel\w*"
    r"|device|apparaat|xperia|pixel|oneplus|xiaomi|lumia|hotmail|aol|superhuman|front|libero|tim|telekom\w*|wp|palm|treo"
    r"|mac\w*|watch|app|boxer|bluemail|edison"
)
_SENT = (
    "sent|send|envoyé|envoyée|enviado|enviada|inviato|inviata|gesendet|verzonden|verstuurd|sendt|skickat|skickades"
    "|lähetetty|wysłane|wysłano"
    "|wysłana|odesláno|odoslané|отправлено|надіслано|изпратено|gönderildi|trimis|στάλθηκε|poslano|elküldve|written|typed"
    "|composed|dictated"
)
_BY = (
    "from|via|with|by|using|on|mit|von|vom|da|dal|dalla|con|tramite|desde|do|de|depuis|du|avec|fra|från|med|met|van"
    "|vanaf|z|ze|za|s|с|из|від|от|iz|iš"
    "|din|από|laitteesta|puhelimesta|iphonesta|ipadista|ylläpidetty"
)
SENT_FROM: Final = re.compile(
    r"^\W{0,4}(?:"
    rf"(?:{_SENT})\W+(?:\w+\W+)?(?:{_BY})\b.{{0,50}}\b(?:{_DEVICES})\b.{{0,80}}"
    rf"|(?:{_SENT})\W+(?:{_BY})\s+(?:my|a|meinem|mio|mia|mon|mi|meu|mijn|min)\b.{{0,60}}"
    rf"|(?:{_SENT})\W+(?:with|from|met|mit|avec|con)\s+[A-Z\[]\S{{2,30}}(?: \S{{1,20}}){{0,3}}"
    rf"|(?:from|von|vom|dal|da|de|depuis|van|fra|från|min)\s+(?:my|mein\w*|mon|ma|mio|mia|mi|meu|mijn|min"
    rf"|mitt)?\s?(?:\w+ )?(?:{_DEVICES})(?: [\w.]{{1,12}})?"
    rf"|(?:from|von|vom|dal|da|de|depuis|van|fra|från|this|diese|ce|cet|cette|questo|questa|este|esta|dit|denne"
    rf"|detta)\b.{{0,60}}\b(?:{_DEVICES})\b.{{0,50}}"
    rf"\b(?:{_SENT}|getippt|geschrieben|scritto|escrito|écrit)\b.{{0,20}}"
    rf"|(?:diese|this|ce|cet|cette|questo|questa|este|esta|dit|denne"
    rf"|detta)\b.{{0,40}}\b(?:{_SENT})\b.{{0,40}}\b(?:{_DEVICES})\b.{{0,60}}"
    rf"|diese nachricht wurde von meinem .{{0,60}} gesendet"
    rf"|(?:someone|somebody|via|by)\s+(?:from\s+)?(?:my\s+)?(?:mobile|phone|blackberry|iphone|ipad|android|galaxy)"
    r"|(?:get|obtenez|scarica|ottieni|obtén|obter|holen sie sich|download|hanki|skaffa|hent"
    r"|télécharger)\s.{0,4}(?:outlook|yahoo|proton|bluemail|airmail|spark)\b.{0,20}\b(?:ios|android|mac|windows|mail).{0,100}"
    r"|.{0,10}從我的.{0,30}傳送.{0,10}|.{0,10}从我的.{0,20}发送.{0,10}|.{0,4}发自我的.{0,30}|.{0,4}iphoneから送信.{0,10}"
    r"|.{0,10}나의 .{0,20}에서 보냄.{0,10}|.{0,6}my .{0,30}에서 보냄"
    r")\W{0,4}$",
    re.IGNORECASE,
)


_DIRECTION: Final = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_QUOTING: Final = re.compile(
    r"^(?:quoting|zitat von|citando|citazione di|citation de|citat|cito|quote from)\b.{0,200}[:：]$",
    re.IGNORECASE,
)
_YOU_WROTE: Final = re.compile(
    r"^(?:excerpts from .{3,80} message of|вы писали|you wrote|sie schrieben|vous écriviez|hai scritto)\b.{0,80}[:：]$",
    re.IGNORECASE,
)
ARMOUR: Final = re.compile(r"^-----BEGIN PGP (SIGNED MESSAGE|SIGNATURE)-----$")


_ANY_SIGN: Final = re.compile(r"[\d@:：<-]")


def may_tell(line: str) -> bool:
    """Whether a line has any of what introductions are made of: digits, an address, a colon. Most lines have none."""
    return _ANY_SIGN.search(line) is not None


def tidy(line: str) -> str:
    """A line without marks of quoting and of writing direction, one space between words."""
    text = _DIRECTION.sub("", line[: MAX_LINE + 50]).lstrip(" \t>|*_\xa0").rstrip(" \t|*_\xa0")
    return " ".join(text.split())


def intro_before_text(line: str) -> str:
    """The beginning of a line that goes on, after some spaces, with what was quoted (Yahoo on Android); empty for others."""
    end = line.find(":  ", 0, MAX_LINE)
    return line[: end + 1] if end > 10 and ">" in line[max(0, end - 40) : end] else ""


def is_intro(text: str) -> bool:
    """Whether a line (or some joined lines), tidied, says that somebody wrote what follows."""
    if not 8 <= len(text) <= MAX_LINE:
        return False
    if _BY_A_GROUP.match(text):
        return True
    has_address = ADDRESS.search(text) is not None
    if _ends_with_verb(text):
        if text.startswith("---") and text.endswith("-"):
            return True
        return has_address or bool(_DATE.search(text) or _TIME.search(text)) or _mostly_name(text)
    if (
        _DATE_AND_NAME.match(text)
        or _BY_A_GROUP.match(text)
        or (_YOU_WROTE.match(text) and _DATE.search(text))
        or (_ADDRESS_AND_DATE.match(text) and _DATE.search(text))
    ):
        return True
    if not text.endswith((":", "：", ">", "]")):
        return False
    dated = bool(_DATE.search(text) and (_TIME.search(text) or _YEAR.search(text)))
    if _VERB_INSIDE.search(text):
        return dated or has_address
    if not has_address:
        return False
    if _QUOTING.match(text):
        return True
    return dated and (
        bool(_DATED.match(text)) or bool(_BEGIN.match(text)) or text.endswith((">:", "):", "]:", ">"))
    )


def _ends_with_verb(text: str) -> bool:
    """Whether "wrote" stands at the end, with what programs add to it."""
    if text[-1:] in "<>[]@,;.?!" or text[-1:].isdigit():
        return False
    return WROTE.search(text[-90:]) is not None or _CJK_WROTE.search(text[-90:]) is not None


def needs_no_colon(text: str) -> bool:
    """Whether an introduction is one even without a colon at its end: a date and an address, and nothing else or a verb."""
    return bool(_DATE_AND_NAME.match(text) or _BY_A_GROUP.match(text)) or (
        text.endswith(">")
        and bool(_VERB_INSIDE.search(text))
        and bool(_BEGIN.match(text))
        and bool(_TIME.search(text))
    )


def is_verb_alone(line: str) -> bool:
    """ "> wrote:", the end of an introduction that was broken at every bracket."""
    text = tidy(line)
    return len(text) <= 25 and text.endswith(":") and WROTE.search(text[-90:]) is not None


def is_bare_intro(text: str) -> bool:
    """ "Marco wrote:" with neither date nor address: it introduces a quote where one follows."""
    return 6 <= len(text) <= 80 and text.endswith((":", "：")) and _ends_with_verb(text)


def _mostly_name(text: str) -> bool:
    """ "Giulia Rossi <…> wrote:" without a date counts; "As I wrote:" does not."""
    return _SHORT_NAME.match(text) is not None


def _is_dated(text: str) -> bool:
    return any(map(str.isdigit, text)) and _DATE.search(text) is not None


def may_begin_intro(text: str) -> bool:
    """Whether an intro over several lines may begin here (it is then joined with the next ones)."""
    if not 2 <= len(text) <= 250:
        return False
    return bool(_BEGIN.match(text) or _DATED.match(text + "<") or _SHORT_NAME.match(text)) and (
        text.endswith("<") or ADDRESS.search(text) is not None or _is_dated(text)
    )
