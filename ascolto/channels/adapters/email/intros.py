"""The lines with which mail programs begin a quote, a forwarded mail or a signature, in the languages people write in.

Every pattern is tried on one line (or a few joined lines) of limited length and is free of nested repetition.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LINE: Final = 500


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


# "On Monday, Giulia wrote:" — how the verb is written at the end of the line (or right after the date).
_WROTE = (
    "wrote|writes|écrit|ecrit|scritto|scrive|schrieb|schreibt|geschrieben|escribió|escribio|escribe|escreveu|escrito"
    "|schreef|geschreven|skrev|skrifaði|kirjoitti|napisał|napisała|napisał\\(a\\)|napisała\\(a\\)|napsal|napsal\\(a\\)|napísal"
    "|napísal\\(a\\)|написал|написала|написал\\(а\\)|написа|написав|пише|пишет|pisze|a écrit|ha scritto|va escriure|"
    "a scris|írta|ezt írta|rašė|rakstīja|kirjutas|napisao|napisala|je napisao/la|je napisal|έγραψε|yazdı|şunu yazdı|đã viết"
    "|menulis|tulis|כתב|כתבה|‫כתב|كتب|كتبت|写道|寫道|のメール|書きました|さんは書きました|님이 작성|작성"
)
WROTE: Final = re.compile(
    rf"(?:^|[\s>\"'\])(,])(?:{_WROTE})(?:\W*uhr)?\s*(?:\(.{{0,40}}\))?\s*[:：]?\s*-{{0,6}}$", re.IGNORECASE
)
_CJK_WROTE = re.compile(r"(?:写道|寫道|のメール|書きました|작성|씀)\s*[:：]?\s*$")
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
_SHORT_NAME: Final = re.compile(r"^[\"'*]{0,2}[^\W\d][^:;?!<>|]{1,80}[\"'*]{0,2}\s*[<(\[]")
_RICHARD: Final = re.compile(r"^[A-Za-z]{2,20}> ")

HEADER_NAMES: Final = (
    "from|sent|to|cc|bcc|subject|date|reply-to|reply to|importance|attachments|organization|sender|in-reply-to"
    "|message-id|received"
    "|da|inviato|a|data|oggetto|risposta|rispondi a|per conto di|priorità|allegati"
    "|von|gesendet|gesendet am|an|betreff|datum|kopie|antwort an|wichtigkeit|anlagen|auftrag von"
    "|de|envoyé|envoyé le|envoyée|envoyé par|à|objet|date d'envoi|répondre à|pour|expéditeur|destinataire"
    "|enviado|enviado el|enviado em|enviada em|enviada|para|asunto|assunto|fecha|responder a"
    "|van|verzonden|aan|onderwerp|verstuurd"
    "|fra|sendt|til|emne|dato|från|skickat|till|ämne|datum|svar till|kopia"
    "|lähettäjä|lähetetty|vastaanottaja|päivämäärä|päiväys|aihe|kopio"
    "|od|wysłano|wysłane|do|dw|temat|data wysłania|odesláno|odoslané|komu|předmět|predmet|datum odeslání|kopie|poslano"
    "|za|zadeva"
    "|от|от кого|отправлено|кому|тема|дата|копия|від|надіслано|изпратено|до|относно"
    "|feladó|címzett|tárgy|dátum|elküldve|expediat|trimis|către|subiect|kimden|gönderen|gönderme tarihi|gönderildi|kime"
    "|konu|tarih|bilgi"
    "|από|ημερομηνία|προς|θέμα|στάλθηκε|εστάλη"
    "|从|发件人|发送时间|发送日期|收件人|抄送|主题|日期|寄件者|寄件日期|收件者|主旨|副本|差出人|送信日時|日時|送信者|宛先|件名"
    "|보낸사람|보낸 사람|보낸날짜|보낸 날짜|받는사람|받는 사람|제목"
    "|מאת|נשלח|אל|נושא|תאריך|من|إلى|الموضوع|التاريخ|مرسل"
    "|từ|gửi|đến|chủ đề|ngày|dari|dikirim|kepada|subjek|perihal|tanggal"
)
HEADER: Final = re.compile(
    rf"^[\s>|]{{0,6}}[*_]{{0,2}}(?P<name>{HEADER_NAMES})[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$|<|\*|(?<=：))",
    re.IGNORECASE,
)
FROM_NAMES: Final = words(
    "from da von de van fra från lähettäjä od от 从 від feladó kimden gönderen από 发件人 寄件者 差出人 送信者 보낸사람 מאת "
    "من từ dari expéditeur"
) | {"от кого", "보낸 사람"}

_ORIGINAL = (
    "original message|original appointment|mensaje original|mensagem original|messaggio originale|message d'origine"
    "|message original"
    "|ursprüngliche nachricht|ursprungliche nachricht|original-nachricht|originalnachricht|weitergeleitete nachricht von"
    "|oprindelig meddelelse|oprindelig besked|opprinnelig melding|ursprungligt meddelande|originalmeddelande|originele bericht"
    "|oorspronkelijk bericht|origineel bericht|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość"
    "|původní zpráva|původní e-mail"
    "|pôvodná správa|eredeti üzenet|mesaj original|orijinal mesaj|özgün ileti|исходное сообщение|исходное письмо"
    "|оригинальное сообщение"
    "|пересылаемое сообщение ответ|αρχικό μήνυμα|原始邮件|原始郵件|原邮件|元のメッセージ|original message follows"
    "|원본 메시지|원본 메세지"
    "|antwort nachricht|reply message|odgovor|izvorna poruka|izvorno sporočilo|הודעה מקורית|الرسالة الأصلية|thư gốc"
    "|pesan asli|reply above this line"
)
ORIGINAL: Final = re.compile(
    rf"^[\s>|*]{{0,6}}[-–—_=*]{{2,40}}\s{{0,4}}(?:{_ORIGINAL})\s{{0,4}}[-–—_=*:]{{0,40}}\s*$", re.IGNORECASE
)
ORIGINAL_BARE: Final = re.compile(
    rf"^[\s>|*]{{0,6}}[-–—_=*]{{0,40}}\s{{0,4}}(?:{_ORIGINAL})\s{{0,4}}[-–—_=*:]{{1,40}}\s*$", re.IGNORECASE
)
_FORWARDED = (
    "forwarded message|forwarded by.{0,80}|begin forwarded message|messaggio inoltrato|inizio messaggio inoltrato"
    "|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|message transmis"
    "|début du message transféré"
    "|début du message réexpédié|mensaje reenviado|inicio del mensaje reenviado|mensagem encaminhada"
    "|início da mensagem encaminhada"
    "|doorgestuurd bericht|begin doorgestuurd bericht|videresendt meddelelse|videresendt besked|videresendt melding"
    "|vidarebefordrat meddelande"
    "|vidarebefordrat brev|edelleenlähetetty viesti|välitetty viesti|przekazana wiadomość|wiadomość przekazana"
    "|przeposlaná zpráva"
    "|přeposlaná zpráva|preposlaná správa|továbbított üzenet|mesaj redirecționat|iletilen mesaj|iletilmiş mesaj"
    "|пересланное сообщение"
    "|пересылаемое сообщение|перенаправленное сообщение|προωθημένο μήνυμα|转发的邮件|转发邮件|轉寄郵件|転送メッセージ"
    "|전달된 메시지"
)
FORWARDED: Final = re.compile(
    rf"^[\s*]{{0,6}}[-–—_=*]{{2,40}}\s{{0,4}}(?:{_FORWARDED})\s{{0,4}}[-–—_=*:]{{0,40}}\s*$", re.IGNORECASE
)
FORWARDED_BARE: Final = re.compile(rf"^[\s*]{{0,6}}(?:{_FORWARDED})\s?:\s*$", re.IGNORECASE)
REPLY_ABOVE: Final = re.compile(
    r"^[#\s>*=_-]{0,12}(?:please )?(?:type|write|enter|reply|respond|rispondi|scrivi|antworten|répondre|responda)?\b.{0,30}\b"
    r"(?:above|sopra|oberhalb|au-dessus|acima|arriba)\b.{0,20}\b(?:line|linea|riga|linie|zeile|ligne|linha|línea)\b\W{0,12}$",
    re.IGNORECASE,
)
RULE: Final = re.compile(r"^\s{0,4}[-–—_=*~⎯]{5,200}\s*$")
SIGNATURE_MARK: Final = re.compile(r"^\s?(?:--|––|—|- --|---|__|-- --|--\s?\*{0,2})\s*$")
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
    r"|télécharger)\s.{0,4}(?:outlook|yahoo|proton|bluemail|airmail|spark)\b.{0,120}"
    r"|.{0,10}從我的.{0,30}傳送.{0,10}|.{0,10}从我的.{0,20}发送.{0,10}|.{0,4}发自我的.{0,30}|.{0,4}iphoneから送信.{0,10}"
    r"|.{0,10}나의 .{0,20}에서 보냄.{0,10}|.{0,6}my .{0,30}에서 보냄"
    r")\W{0,4}$",
    re.IGNORECASE,
)


_DIRECTION: Final = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_QUOTING: Final = re.compile(
    r"^(?:quoting|zitat von|citando|citation de|citat|cito|quote from)\b.{0,200}[:：]$", re.IGNORECASE
)
ARMOUR: Final = re.compile(r"^-----BEGIN PGP (SIGNED MESSAGE|SIGNATURE)-----$")


def tidy(line: str) -> str:
    """A line without marks of quoting and of writing direction, one space between words."""
    return " ".join(_DIRECTION.sub("", line[: MAX_LINE + 50]).strip(" \t>|*_").split())


def is_intro(line: str) -> bool:
    """Whether a line (or some joined lines) says that somebody wrote what follows."""
    text = tidy(line)
    if not 8 <= len(text) <= MAX_LINE:
        return False
    has_address = ADDRESS.search(text) is not None
    if WROTE.search(text) or _CJK_WROTE.search(text):
        return has_address or bool(_DATE.search(text) or _TIME.search(text)) or _mostly_name(text)
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


def _mostly_name(text: str) -> bool:
    """ "Giulia Rossi <…> wrote:" without a date counts; "As I wrote:" does not."""
    return _SHORT_NAME.match(text) is not None


def may_begin_intro(line: str) -> bool:
    """Whether an intro over several lines may begin here (it is then joined with the next ones)."""
    text = tidy(line)
    if not 2 <= len(text) <= 250:
        return False
    return bool(_BEGIN.match(text) or _DATED.match(text + "<") or _SHORT_NAME.match(text)) and (
        bool(_DATE.search(text)) or ADDRESS.search(text) is not None or text.endswith("<")
    )
