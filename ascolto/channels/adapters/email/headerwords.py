"""What mail programs call From, Sent, To and Subject in the languages people write in, above a mail that they quote."""

from __future__ import annotations

from typing import Final

_FROM = """
from|da|von|vom|de|desde|van|fra|från|lähettäjä|od|feladó|de la|expeditor|expeditorul|από|αποστολέας|от|от кого|отправитель|від
від кого|відправник|подател|kimden|gönderen|差出人|送信者|送信元|from address|发件人|寄件者|寄件人|发信人|從|从|보낸 사람
보낸사람|보낸이|발신|발신자|من|المرسل|مرسل|מאת|từ|người gửi|dari|pengirim|expéditeur|expediteur|šalje|pošiljatelj|pošiljalec
remitente|remetente|mittente|absender|afzender|avsändare|avsender|afsender|nadawca|odesílatel|odosielateľ|sender|saatja|no|nuo
siuntėjas|şöndərən|จาก
"""
_DATE = """
sent|message du|message received
date|sent on|sent at|date sent|inviato|inviato il|inviata|data|data invio|data di invio|spedito|gesendet|gesendet am|datum
versendet|gesendet um|envoyé|envoyé le|envoyée|envoyé par|date d'envoi|date d’envoi|enviado|enviado el|enviado em|enviada em
enviada|enviado a|fecha|fecha de envío|data de envio|verzonden|verstuurd|verzonden op|verzenddatum|sendt|dato|skickat|skickat den
sendt den|lähetetty|päivämäärä|päiväys|pvm|wysłano|wysłane|wysłana|data wysłania|odesláno|odeslána|datum odeslání|odoslané
odoslaná|dátum odoslania|dátum|elküldve|küldve|küldés ideje|küldés dátuma|trimis|trimisă|trimis la|στάλθηκε|εστάλη|αποστολή
ημερομηνία|отправлено|дата|дата отправки|отправлен|надіслано|дата відправлення|відправлено|изпратено|gönderildi|tarih
gönderme tarihi|gönderim tarihi|gönderilme tarihi|送信日時|日時|日付|送信日|发送时间|发送日期|日期|时间|寄件日期|傳送時間|傳送日期
時間|보낸 날짜|보낸날짜|날짜|일시|보낸 시간|보낸시간|تم الإرسال|التاريخ|تاريخ|تاريخ الإرسال|أرسلت|נשלח|תאריך|gửi|ngày|đã gửi
ngày gửi|dikirim|tanggal|poslano|poslato|enviat|enviat el|saadetud|kuupäev|išsiųsta|nosūtīts|วันที่|ส่งเมื่อ
"""
_TO = """
to|cc|a|an|à|para|per|aan|til|till|vastaanottaja|do|dw|komu|címzett|către|catre|destinatar|destinatari|destinatario|destinatário
destinataire|pour|προς|παραλήπτης|кому|получатель|до|до кого|одержувач|получател|kime|alıcı|bilgi|宛先|送信先|收件人|收件者|抄送
副本|받는 사람|받는사람|받는이|수신|수신자|참조|إلى|الى|المستلم|نسخة|אל|לכבוד|עותק|đến|tới|người nhận|kepada|untuk|za|prima
per a|empfänger|ontvanger|mottagare|mottaker|modtager|odbiorca|příjemce|príjemca|kopie|kopia|kopio|copie|copia|cópia|kopi|cco
bcc|копия|копія|másolatot kap|κοιν|κοινοποίηση|ถึง|saaja|kam|kam
"""
_SUBJECT = """
subject|oggetto|ogg|betreff|betr|objet|sujet|asunto|assunto|onderwerp|emne|ämne|aihe|temat|předmět|predmet|věc|vec|tárgy|subiect
subiectul|θέμα|тема|относно|konu|件名|题目|主题|主旨|標題|主題|标题|제목|주제|الموضوع|موضوع|נושא|הנדון|chủ đề|tiêu đề|subjek|perihal
assumpte|zadeva|naslov|teema|tema|temats|efni|เรื่อง
"""
_OTHER = """
reply-to|reply to|importance|attachments|attachment|organization|in-reply-to|message-id|received|priority|risposta|rispondi a
per conto di|priorità|allegati|antwort an|wichtigkeit|anlagen|auftrag von|répondre à|responder a|svar till|mailed-by|signed-by
importancia|importância|importance |prioridad|belang|vigtighed|viktighet|prioritet|tärkeys|ważność|důležitost|важность|newsgroups
x-mailer|mailing list|security|liitteet|załączniki|přílohy|вложения|附件|添付ファイル|첨부|pièces jointes|adjuntos|anexos|bijlagen
"""

ROLES: Final[dict[str, str]] = {
    name.strip(): role
    for role, names in (
        ("other", _OTHER),
        ("to", _TO),
        ("date", _DATE),
        ("subject", _SUBJECT),
        ("from", _FROM),
    )
    for line in names.strip().split("\n")
    for name in line.split("|")
}
_LONGEST: Final = max(map(len, ROLES))
_MARKS: Final = " \t>|*_\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\xa0"


def role_of(line: str) -> str:
    """What a line of a quoted header tells: from, date, to, subject or other; empty for a line that is none."""
    text = line[:200].lstrip(_MARKS)
    head = text[: _LONGEST + 6]
    place = min((at for at in (head.find(":"), head.find("：")) if at > 0), default=0)
    if not place:
        return ""
    role = ROLES.get(head[:place].strip(_MARKS).lower().replace("\xa0", " "), "")
    rest = text[place + 1 :]
    return "" if rest.startswith(("//", "\\")) else role
