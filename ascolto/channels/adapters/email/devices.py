"""The line that telephones and mail programs put below a letter: "Sent from my iPhone", in the languages people write in."""

from __future__ import annotations

import re
from typing import Final

MAX_LINE: Final = 200
_MAX_WORDS: Final = 16

# How a word must begin (languages bend the rest of it: iPhonesta, iPhonu, iPhone'umdan).
_DEVICES: Final = (
    "iphon|ipad|ipod|ios|android|mobil|móvil|smartphone|smarttelefon|smartfon|handy|phone|telefon|teléfono|téléphone|telefono"
    "|telemóvel|cellulare|celular|cell|tablet|blackberry|samsung|galaxy|huawei|xiaomi|oneplus|nokia|lumia|xperia|pixel|htc|lg"
    "|motorola|honor|oppo|windows|outlook|mail|e-mail|email|gmail|yahoo|proton|spark|thunderbird|k-9|aol|hotmail|libero|posta"
    "|poczta|poczty|pošt|correo|courrier|e-post|sähköpost|почт|яндекс|пошт|поща|device|dispositivo|appareil|gerät|apparaat"
    "|enhed|enhet|urządzen|zařízení|zariadeni|устройств|telefone|puhelime|älypuhelime|мобильн|телефон|смартфон|κινητ|αλληλογραφ"
    "|הטלפון|هاتف|điện|スマホ|携帯|メール|手机|手機|邮件|郵件|스마트폰|메일|휴대폰|mac|app|nine|bluemail|airmail|boxer"
)
_DEVICE: Final = re.compile(rf"(?:^|[\W_]|(?<=[^\x00-\x7f])|\bh)(?:{_DEVICES})", re.IGNORECASE)
_SENT_FIRST: Final = re.compile(
    r"(?:brief message, |mobile: )?"
    r"(?:(?:sent|written|typed|composed|dictated)(?:,? sent)? (?:from|via|with|by|using|on)\b"
    r"|(?:inviat[oa]|scritt[oa]) (?:da|dal|dalla|con|tramite|via)\b|gesendet (?:von|vom|mit|über)\b"
    r"|envoy[ée]e? (?:de|depuis|du|par|avec|via|à partir d)|enviad[oa] (?:desde|de|do|da|con|com|via|a partir d)"
    r"|enviat des d|(?:verzonden|verstuurd) (?:vanaf|vanuit|met|van|via)\b|(?:skickat|skickades) (?:från|med|via)\b"
    r"|sendt (?:fra|med|via)\b|lähetetty\b|(?:wysłan[eoay]) (?:z|ze|przez|za)\b|odesláno (?:z|ze|přes)\b|odoslané (?:z|zo)\b"
    r"|elküldve\b|trimis (?:de pe|din|de la|cu|prin)\b|(?:στάλθηκε|εστάλη) (?:από|με)\b|отправлено (?:с|из|от|через)\b"
    r"|надіслано (?:з|із|від|через)\b|изпратено (?:от|с|чрез)\b|(?:poslano|poslato) (?:iz|s|sa|z)\b|saadetud\b"
    r"|(?:đã |được )?gửi (?:từ|bằng)\b|dikirim (?:dari|dengan)\b|发自|發自|来自我的|來自我的|发送自|傳送自|從我的|从我的|从 "
    r"|(?:تم الإرسال|أُرسلت|أرسلت|مرسل|مُرسل) (?:من|عبر)|נשלח (?:מ|באמצעות))",
    re.IGNORECASE,
)
_SENT_LAST: Final = re.compile(
    r"(?:gesendet|geschickt|getippt|küldve|gönderildi|gönderilmiştir|yazıldı|から送信|より送信|送信されました|发送|發送|傳送|보냄|보냈습니다"
    r"|보낸 메시지|sent|gesendet\.)\W{0,6}$",
    re.IGNORECASE,
)
_LAST_BEGIN: Final = re.compile(
    r"^\W{0,4}(?:(?:diese|this|mobil)\b|von (?:meinem|meiner|unterwegs)|vom |mit |from my |via |从|從|私の|나의|내 |iphone|ipad|android"
    r"|samsung|windows|yahoo|outlook|huawei|xiaomi|gmail|mac)",
    re.IGNORECASE,
)
_PROGRAM: Final = re.compile(
    r"^\W{0,4}(?:(?:get|download|obt\w+|scarica|holen sie sich|télécharge\w+|descargar?|baixar|hämta|hent|få|skaff\w*(?: deg| dig)?"
    r"|hanki|lataa|pobierz(?: aplikację)?|získat|získať|stáhnout|letöltés|descărcați|λήψη|скачать|скачайте|завантажити|获取|取得"
    r"|下载|下載)\s.{0,6})?(?:outlook|yahoo mail|proton ?mail|bluemail|airmail|spark|aqua mail|k-9 mail)\b.{0,16}"
    r"\b(?:ios|android|mac|windows|iphone|mobile).{0,100}$"
    r"|^\W{0,4}(?:android|ios) için .{0,20}edinin\W{0,4}$",
    re.IGNORECASE,
)


def is_device_line(line: str) -> bool:
    """Whether a line only tells with what a mail was written."""
    text = line.strip(" \t*_|>()<[]\xa0\u200e\u200f\u202a\u202b\u202c«»~-–—")
    if not 6 <= len(text) <= MAX_LINE or len(text.split()) > _MAX_WORDS:
        return False
    if _PROGRAM.match(text):
        return True
    if _SENT_FIRST.match(text):
        return _DEVICE.search(text) is not None
    return bool(
        _SENT_LAST.search(text) and _LAST_BEGIN.match(text) and (_DEVICE.search(text) or "unterwegs" in text)
    )
