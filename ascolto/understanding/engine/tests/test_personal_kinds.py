"""What is found as personal data, kind by kind, and what is left alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ascolto.understanding.engine.personal import KINDS, find_personal


def found(text: str) -> list[tuple[str, str]]:
    return [(datum.kind, text[datum.start : datum.end]) for datum in find_personal(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("il mio codice fiscale è RSSMRA85T10A562S grazie", "fiscal_code", "RSSMRA85T10A562S"),
        ("cf rssmra85t10a562s", "fiscal_code", "rssmra85t10a562s"),
        ("Giulia, RSS MRA 85T10 A562 S", "fiscal_code", "RSS MRA 85T10 A562 S"),
        ("CF: RSS-MRA-85T10-A562-S.", "fiscal_code", "RSS-MRA-85T10-A562-S"),
        ("codice fiscale azienda 00743110157", "fiscal_code", "00743110157"),
        ("P.IVA 00743110157", "vat", "00743110157"),
        ("fattura a IT00743110157 per favore", "vat", "IT00743110157"),
        ("VAT DE136695976", "vat", "DE136695976"),
        ("partita iva it 00743110157", "vat", "it 00743110157"),
        ("iban IT60X0542811101000000123456 ok", "iban", "IT60X0542811101000000123456"),
        ("it60 x054 2811 1010 0000 0123 456 va bene", "iban", "it60 x054 2811 1010 0000 0123 456"),
        ("IBANIT60X0542811101000000123456", "iban", "IT60X0542811101000000123456"),
        ("meine IBAN: DE89 3704 0044 0532 0130 00", "iban", "DE89 3704 0044 0532 0130 00"),
        ("GB82-WEST-1234-5698-7654-32", "iban", "GB82-WEST-1234-5698-7654-32"),
        ("4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("4111-1111-1111-1111 scade 12/27", "card", "4111-1111-1111-1111"),
        ("5500005555555559", "card", "5500005555555559"),
        ("amex 378282246310005", "card", "378282246310005"),
        ("3782 822463 10005", "card", "3782 822463 10005"),
        ("il cvv è 123", "card_code", "123"),
        ("chiamatemi al 333 1234567", "phone", "333 1234567"),
        ("3331234567", "phone", "3331234567"),
        ("+39 333 12 34 567", "phone", "+39 333 12 34 567"),
        ("+39.333.1234567", "phone", "+39.333.1234567"),
        ("0039 333/1234567", "phone", "0039 333/1234567"),
        ("tel.0212345678", "phone", "0212345678"),
        ("02 12345678", "phone", "02 12345678"),
        ("call me at (415) 555-2671", "phone", "(415) 555-2671"),
        ("07911 123456", "phone", "07911 123456"),
        ("appelez-moi 06 12 34 56 78", "phone", "06 12 34 56 78"),
        ("Tel: +41 (0)44 668 18 00", "phone", "+41 (0)44 668 18 00"),
        ("(+39) 333 1234567", "phone", "(+39) 333 1234567"),
        ("06.12.34.56.78", "phone", "06.12.34.56.78"),
        ("Visa4111111111111111", "card", "4111111111111111"),
        ("R S S M R A 8 5 T 1 0 A 5 6 2 S", "fiscal_code", "R S S M R A 8 5 T 1 0 A 5 6 2 S"),
        ("IBAN: IT60 X000 0000 0000 0001 2345 67, grazie", "iban", "IT60 X000 0000 0000 0001 2345 67"),
        ("via 4 novembre 3", "address", "via 4 novembre 3"),
        ("12, rue Victor Hugo, 69002 Lyon", "address", "12, rue Victor Hugo, 69002 Lyon"),
        ("350 Fifth Ave, New York, NY 10118", "address", "350 Fifth Ave, New York, NY 10118"),
        ("P.O. Box 1234", "address", "P.O. Box 1234"),
        ("driving licence MORGA657054SM9IJ", "document", "MORGA657054SM9IJ"),
        ("iccid 8939 0100 0000 0000 008", "code", "8939 0100 0000 0000 008"),
        ("mon n° de client c'est le 8830-442-17", "code", "8830-442-17"),
        ("scrivi a mario.rossi@example.it!", "email", "mario.rossi@example.it"),
        ("mario.rossi (at) example punto it", "email", "mario.rossi (at) example punto it"),
        ("mario chiocciola gmail punto com", "email", "mario chiocciola gmail punto com"),
        ("mario[at]gmail[dot]com", "email", "mario[at]gmail[dot]com"),
        ("mario at gmail dot com", "email", "mario at gmail dot com"),
        ("abito in via dei gelsi 4 a Gubbio", "address", "via dei gelsi 4"),
        ("Via Garibaldi 12, 20121 Milano (MI)", "address", "Via Garibaldi 12, 20121 Milano (MI)"),
        ("viale Europa 3/b int. 4, 00144 Roma e poi?", "address", "viale Europa 3/b int. 4, 00144 Roma"),
        ("contrada San Vito snc, 75100 Matera", "address", "contrada San Vito snc, 75100 Matera"),
        ("10 Downing Street, London SW1A 2AA", "address", "10 Downing Street, London SW1A 2AA"),
        ("wohne in der Lindenstraße 5, 10115 Berlin", "address", "Lindenstraße 5, 10115 Berlin"),
        ("12 bis rue de la Paix, 75002 Paris", "address", "12 bis rue de la Paix, 75002 Paris"),
        ("Calle Mayor 12, 28013 Madrid", "address", "Calle Mayor 12, 28013 Madrid"),
        ("Rua Augusta 100", "address", "Rua Augusta 100"),
        ("nato a Roma il 15/03/1985", "birth_date", "15/03/1985"),
        ("nata il 3 aprile 1990", "birth_date", "3 aprile 1990"),
        ("born on March 3, 1990", "birth_date", "March 3, 1990"),
        ("DOB: 1990-03-03", "birth_date", "1990-03-03"),
        ("geboren am 3. März 1990", "birth_date", "3. März 1990"),
        ("carta d'identità n. AX1234567", "document", "AX1234567"),
        ("passaporto YA1234567 scaduto", "document", "YA1234567"),
        ("la patente è U1A23456B7", "document", "U1A23456B7"),
        ("auto targata ab 123 cd", "plate", "ab 123 cd"),
        ("targa AB123CD", "plate", "AB123CD"),
        ("Kennzeichen B-MW 1234", "plate", "B-MW 1234"),
        ("dal mio ip 93.45.12.200", "ip", "93.45.12.200"),
        ("2001:db8::ff00:42:8329", "ip", "2001:db8::ff00:42:8329"),
        ("POD IT001E12345678", "code", "IT001E12345678"),
        ("pdr 12345678901234", "code", "12345678901234"),
        ("codice cliente 12345678", "code", "12345678"),
        ("imei 490154203237518", "code", "490154203237518"),
        ("la mia password è Pippo123!", "secret", "Pippo123"),
        ("password: ciao", "secret", "ciao"),
        ("il pin della carta è 1234", "secret", "1234"),
        ("AHV 756.9217.0769.85", "national_id", "756.9217.0769.85"),
        ("sécu 2 55 08 14 168 025 38", "national_id", "2 55 08 14 168 025 38"),
        ("DNI 12345678Z", "national_id", "12345678Z"),
        ("NIE X1234567L", "national_id", "X1234567L"),
        ("my NINO is AB123456C", "national_id", "AB123456C"),
        ("BSN 111222333", "national_id", "111222333"),
        ("meine Steuer-ID 86095742719", "national_id", "86095742719"),
        ("contribuinte 123456789", "national_id", "123456789"),
        ("Sozialversicherungsnummer 1237010180", "national_id", "1237010180"),
        ("rijksregisternummer 85.07.30-033.28", "national_id", "85.07.30-033.28"),
    ],
)
def test_it_is_found_and_nothing_beside_it(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]
    assert kind in KINDS


@pytest.mark.parametrize(
    "text",
    [
        "ordine 3331234567 mai arrivato",
        "il mio ordine n. 12345678901 del 12/03/2024 alle 10:30",
        "ho pagato 1.234.567,89 euro, poi 45,90€ e 1 299 000",
        "https://twitter.com/x/status/569012345678901234",
        "569012345678901234",
        "1580000000000000001",
        "vi ho scritto via mail 3 volte e via whatsapp 2 volte",
        "via Roma 3 volte al giorno",
        "dal 2019-2021, stagione 2020/2021",
        "la password è sbagliata, la password è scaduta",
        "ho la versione 5.2.4.0 dell app",
        "number 12345678",
        "chiamate il numero verde 800 123456",
        "volo 1234/5678 del 02.27.2015",
        "Auf Platz 1, weiter so! Wir sind auf dem Weg 2",
        "seguitemi @giulia.rossi, #1 sempre",
        "Piazza Pulita su La7 alle 21",
        "1234 5678 9012 3456",
        "IT99 X054 2811 grazie",
        "it's 5 in the way 2 places",
        "ci vediamo il 15/03/1985",
        "il mio phone ha la 8.4.22.857",
        "la ricevuta numero 318545015",
        "tracking 6266185654570464117",
        "call 0800 000 404 or 800-433-7300",
        "arrivo in salita ai 1870 metri",
        "ho la patente da 20 anni e 5000 km",
        "passaporto scaduto il 12/03/2024",
        "password: almeno 12 caratteri",
        "",
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_number_with_a_wrong_check_digit_is_said_to_be_unchecked_where_words_say_what_it_is() -> None:
    [datum] = find_personal("il mio iban è IT61X0542811101000000123456")
    assert (datum.kind, datum.is_checked) == ("iban", False)
    [datum] = find_personal("P.IVA 01234567890")
    assert (datum.kind, datum.is_checked) == ("vat", False)
    [datum] = find_personal("carta 4111 1111 1111 1112")
    assert (datum.kind, datum.is_checked) == ("card", False)
    [datum] = find_personal("RSSMRA85T10A562T")
    assert (datum.kind, datum.is_checked) == ("fiscal_code", False)


def test_letters_that_stand_for_digits_in_a_fiscal_code_are_known() -> None:
    [datum] = find_personal("cf RSSMRA85T10A56NH")
    assert (datum.kind, datum.is_checked) == ("fiscal_code", True)


def test_several_data_in_one_message_come_in_order() -> None:
    text = "Mario, via Garibaldi 3, 20121 Milano, tel 333 1234567, mario@ex.it, IT60X0542811101000000123456"
    assert [kind for kind, _ in found(text)] == ["address", "phone", "email", "iban"]


def test_invisible_and_foreign_characters_hide_nothing() -> None:
    assert found("IT60\u200bX0542811101000000123456")[0][1] == "IT60\u200bX0542811101000000123456"
    assert found("tel ３３３１２３４５６７")[0] == ("phone", "３３３１２３４５６７")
    assert found("333\u00a0123\u00a04567")[0][0] == "phone"


def test_neither_numpy_nor_django_is_needed() -> None:
    asked = "import sys, ascolto.understanding.engine.personal; sys.exit('numpy' in sys.modules or 'django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
