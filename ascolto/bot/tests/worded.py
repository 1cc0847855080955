# ruff: noqa: E501 - texts as people write them
"""What people published, what a model may make of it, and what it may not: the measure of the judge in `grounding.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A published answer and its title, good wordings of it, and wordings that say more, less or something else, with what is wrong."""

    language: str
    title: str
    source: str
    good: Sequence[str]
    bad: Sequence[tuple[str, str]] = ()


PAY_IT = """La bolletta si paga dall'app Telvia, con carta o addebito sul conto, oppure in posta con il bollettino. Il pagamento viene \
registrato entro 3 giorni lavorativi. Se paghi in ritardo si applica una mora di 5 euro. Non è possibile pagare al telefono."""
MODEM_IT = """Spegni il modem, aspetta 30 secondi e riaccendilo. Se la luce Internet resta rossa dopo 10 minuti, il guasto è sulla linea: \
chiama il 187 oppure scrivi a guasti@telvia.example. Il tecnico interviene entro due giorni lavorativi e l'intervento non costa nulla."""
LEAVE_IT = """Puoi disdire il contratto in qualsiasi momento con una raccomandata o dalla pagina https://telvia.example/disdetta. La disdetta \
ha effetto dopo 30 giorni. Il modem va restituito entro 15 giorni, altrimenti viene addebitato con 60 euro. Solo chi è cliente da meno di 24 \
mesi paga i costi di disattivazione di 25,50 euro."""
MOVE_IT = """Per il trasloco della linea servono il nuovo indirizzo e il codice di migrazione. La richiesta si fa almeno 20 giorni prima. Il \
costo è di 49 euro, non dovuto da chi ha l'offerta Casa Plus. Durante il trasloco il numero non cambia."""
PAY_EN = """You can pay your bill in the Telvia app by card or direct debit, or at any post office. The payment is booked within 3 working \
days. If you pay late, a fee of 5 euros applies. You cannot pay by phone."""
ROUTER_EN = """Switch the router off, wait 30 seconds and switch it on again. If the Internet light stays red after 10 minutes, there is a \
fault on the line: call 0800 123456 or write to faults@telvia.example. An engineer comes within two working days; the visit is not charged."""
LEAVE_EN = """You can cancel the contract at any time by registered letter or at https://telvia.example/cancel. It ends after 30 days. The \
router has to be sent back within 15 days, otherwise 60 euros are charged. Only customers of less than 24 months pay the deactivation costs of \
25.50 euros."""
HOURS_EN = """Our shops are open from Monday to Friday from 9:00 to 18:00 and on Saturday from 10:00 to 13:00. On public holidays they are \
closed. You do not need an appointment."""
SIM_IT = "Se hai perso la SIM, bloccala subito dall'area clienti o chiamando il 190. La nuova SIM si ritira in un negozio con un documento di identità e costa 10 euro. Il numero resta lo stesso e viene riattivato entro 24 ore. Il credito residuo non si perde."
ABROAD_IT = "Nell'Unione europea usi minuti e messaggi come in Italia, senza costi aggiuntivi. I giga disponibili all'estero sono 12 al mese. In Svizzera il roaming europeo non vale: un giorno costa 6 euro. Per attivare il roaming apri l'app, tocca Estero e scegli il paese."
REFUND_EN = "If you were charged twice, we refund the second payment within 10 working days to the same card. You do not need to do anything. For other wrong charges, write to billing@telvia.example with the number of your bill. Refunds under 5 euros are credited on the next bill."
MOVE_EN = "Tell us your new address at least 20 days before you move, in the app or by phone on 0800 123456. The move costs 49 euros. Your phone number stays the same if you move within the same city. We cannot move lines on weekends."
CONTRACT_IT = "Per un nuovo contratto servono un documento valido e il codice fiscale. La linea viene attivata in media in 8 giorni. Il tecnico porta il modem, che resta di proprietà di Telvia. Puoi ripensarci entro 14 giorni senza spese, scrivendo a recesso@telvia.example."
HIGH_BILL_IT = "La prima bolletta è più alta perché comprende due mesi e il contributo di attivazione di 39 euro. Dalla seconda bolletta paghi il canone normale. I consumi fuori soglia sono indicati a pagina 2. Non addebitiamo mai servizi che non hai chiesto."
SPEED_EN = "Speed depends on the distance from the cabinet and on the wifi. Test it by cable: at least 50 Mbit should arrive on fibre. If less arrives for more than 3 days, report it in the app; we check the line free of charge within 48 hours. Old wifi cards reach 20 Mbit at most."
TV_EN = "A TV package can be cancelled every month, up to 5 days before the end of the month, in the app under My packages. Recordings are deleted after 10 days. The sports package can only be cancelled at the end of the season in June. The decoder stays yours."

CASES = (
    Case(
        "it",
        "Dove si paga la bolletta",
        PAY_IT,
        (
            "La bolletta si paga dall'app Telvia, con carta o addebito sul conto.",
            "Gentile cliente, puoi pagare la bolletta dall'app Telvia con carta o con addebito sul conto, oppure in posta con il bollettino.",
            "Certo! Puoi pagare dall'app Telvia oppure in posta. Il pagamento viene registrato entro tre giorni lavorativi.",
            "No, non è possibile pagare al telefono: la bolletta si paga dall'app Telvia o in posta con il bollettino.",
            "Se paghi la bolletta in ritardo, si applica una mora di 5 €.",
            "Grazie per averci scritto. La bolletta si può pagare in posta, con il bollettino.",
        ),
        (
            ("La bolletta si paga dall'app Telvia entro 10 giorni.", "number"),
            ("Il pagamento viene registrato entro 5 giorni lavorativi.", "number"),
            ("Il pagamento viene registrato entro 3 ore.", "number"),
            ("Se paghi in ritardo si applica una mora di 3 euro.", "number"),
            ("È possibile pagare al telefono.", "negation"),
            ("Puoi pagare anche al telefono.", "negation"),
            ("Non è possibile pagare dall'app.", "negation"),
            ("La bolletta si paga in tabaccheria.", "words"),
            (
                "Può pagare la bolletta dall'app Telvia, in posta, in banca, al supermercato o in edicola.",
                "words",
            ),
            ("Se paghi in ritardo non si applica nessuna mora.", "negation"),
            ("La bolletta si paga dall'app Vodafone.", "name"),
            ("La bolletta si paga su https://telvia-pagamenti.example/paga.", "link"),
            ("Ti rimborseremo la bolletta entro 3 giorni lavorativi.", "words"),
            ("Il pagamento viene registrato subito dall'app.", "pledge"),
            ("Il pagamento viene registrato entro un giorno.", "number"),
            ("You can pay the bill in the app by card or at the post office with the form.", "language"),
        ),
    ),
    Case(
        "it",
        "Il modem non va",
        MODEM_IT,
        (
            "Spegni il modem, aspetta 30 secondi e riaccendilo.",
            "Se la luce Internet resta rossa dopo 10 minuti il guasto è sulla linea: puoi chiamare il 187 o scrivere a guasti@telvia.example.",
            "L'intervento non costa nulla e il tecnico interviene entro 2 giorni lavorativi.",
            "Ecco cosa fare: spegni il modem, aspetta 30 secondi e riaccendilo. Se la luce Internet resta rossa, chiama il 187.",
        ),
        (
            ("Spegni il modem, aspetta 10 secondi e riaccendilo.", "number"),
            ("Se la luce resta rossa chiama il 1877.", "number"),
            ("Se la luce resta rossa, chiama il 199 123456.", "number"),
            ("Scrivi a guasti@telvia-help.example.", "link"),
            ("L'intervento costa 30 euro.", "number"),
            ("L'intervento costa poco.", "negation"),
            ("Il tecnico interviene oggi.", "pledge"),
            ("Il tecnico Mario Rossi interviene entro due giorni lavorativi.", "name"),
            ("Il tecnico interviene entro 10 giorni lavorativi.", "number"),
            ("Riavvia il telefono e cambia la password del wifi.", "words"),
        ),
    ),
    Case(
        "it",
        "Disdire il contratto",
        LEAVE_IT,
        (
            "Puoi disdire il contratto in qualsiasi momento, con una raccomandata o dalla pagina https://telvia.example/disdetta.",
            "La disdetta ha effetto dopo 30 giorni.",
            "Il modem va restituito entro 15 giorni, altrimenti viene addebitato con 60 euro.",
            "Paga i costi di disattivazione di 25,50 euro solo chi è cliente da meno di 24 mesi.",
        ),
        (
            ("La disdetta ha effetto dopo 15 giorni.", "number"),
            ("Il modem va restituito entro 30 giorni.", "number"),
            ("Chi è cliente da meno di 24 mesi paga i costi di disattivazione di 60 euro.", "number"),
            ("Chi è cliente paga i costi di disattivazione.", "restriction"),
            ("Puoi disdire il contratto dalla pagina https://telvia.example/disdetta.html.", "link"),
            ("Il modem non va restituito.", "negation"),
            ("I costi di attivazione sono di 25,50 euro.", "negation"),
            ("Puoi disdire gratis il contratto in qualsiasi momento.", "pledge"),
        ),
    ),
    Case(
        "it",
        "Trasloco della linea",
        MOVE_IT,
        (
            "Per il trasloco della linea servono il nuovo indirizzo e il codice di migrazione.",
            "La richiesta di trasloco si fa almeno 20 giorni prima e costa 49 euro; il numero non cambia.",
            "Durante il trasloco il numero non cambia.",
            "Il costo è di 49 euro e non è dovuto da chi ha l'offerta Casa Plus.",
        ),
        (
            ("Il trasloco è gratuito per chi ha l'offerta Casa Plus.", "pledge"),
            ("Durante il trasloco il numero cambia.", "negation"),
            ("Il costo è di 20 euro.", "number"),
            ("Il costo è dovuto da chi ha l'offerta Casa Plus.", "negation"),
            ("Per il trasloco serve la carta di identità.", "words"),
        ),
    ),
    Case(
        "en",
        "Paying the bill",
        PAY_EN,
        (
            "You can pay your bill in the Telvia app by card or direct debit.",
            "Thank you for writing. You can pay at any post office, or in the Telvia app by card.",
            "Sorry, you cannot pay by phone. You can pay your bill in the Telvia app or at any post office.",
            "Your payment is booked within three working days.",
            "A fee of 5 euros applies if you pay late.",
        ),
        (
            ("You can pay your bill by phone.", "negation"),
            ("Your payment is booked within 3 hours.", "number"),
            ("Your payment is booked within 5 working days.", "number"),
            ("A fee of 3 euros applies if you pay late.", "number"),
            ("You can pay your bill in cash at our shops.", "words"),
            ("You can't pay at any post office.", "negation"),
            ("You can pay your bill in the Netflix app.", "name"),
            ("Pay your bill at bit.do/pay-now.", "link"),
            ("Late payments are free of charge.", "pledge"),
            ("Puoi pagare la bolletta dall'app con carta oppure in posta con il bollettino.", "language"),
        ),
    ),
    Case(
        "en",
        "The router does not work",
        ROUTER_EN,
        (
            "Please switch the router off, wait 30 seconds and switch it on again.",
            "If the light stays red after 10 minutes, there is a fault on the line: call 0800 123456.",
            "An engineer comes within 2 working days and the visit is not charged.",
        ),
        (
            ("Wait 10 seconds and switch the router on again.", "number"),
            ("Call 0800 123457.", "number"),
            ("The visit is charged.", "negation"),
            ("An engineer comes tomorrow.", "pledge"),
            ("Write to faults@telvia.example.evil.example.", "link"),
            ("Send us your password and your card number.", "words"),
        ),
    ),
    Case(
        "en",
        "Cancelling the contract",
        LEAVE_EN,
        (
            "You can cancel your contract at any time by registered letter or at https://telvia.example/cancel.",
            "The contract ends after 30 days.",
            "Please send the router back within 15 days, otherwise 60 euros are charged.",
            "Only customers of less than 24 months pay the deactivation costs of 25.50 euros.",
        ),
        (
            ("The contract ends after 15 days.", "number"),
            ("The router has to be sent back within 30 days.", "number"),
            ("Customers pay the deactivation costs of 25.50 euros.", "restriction"),
            ("You do not have to send the router back.", "negation"),
            ("You can cancel the contract at telvia.example/chiudi.", "link"),
        ),
    ),
    Case(
        "en",
        "Opening hours of our shops",
        HOURS_EN,
        (
            "Our shops are open from Monday to Friday from 9:00 to 18:00, and on Saturday from 10:00 to 13:00.",
            "The shops are closed on public holidays.",
            "You do not need an appointment.",
        ),
        (
            ("Our shops are open on Sunday.", "pledge"),
            ("Our shops are open from Monday to Friday from 9:00 to 20:00.", "number"),
            ("The shops are open on public holidays and you can come without shoes.", "negation"),
            ("You need an appointment.", "negation"),
        ),
    ),
    Case(
        "it",
        "Sostituire la SIM",
        SIM_IT,
        (
            "Se hai perso la SIM, bloccala subito dall'area clienti oppure chiama il 190.",
            "Puoi ritirare la nuova SIM in un negozio con un documento di identità: costa 10 euro.",
            "Sì, il numero resta lo stesso e viene riattivato entro 24 ore. Anche il credito residuo non si perde.",
        ),
        (
            ("La nuova SIM è gratuita.", "pledge"),
            ("La nuova SIM costa 24 euro.", "number"),
            ("Il numero viene riattivato entro 10 ore.", "number"),
            ("Il credito residuo si perde.", "negation"),
            ("La nuova SIM si ritira in un negozio senza documento.", "negation"),
            ("Il numero cambia con la nuova SIM.", "words"),
            ("La nuova SIM ti viene spedita a casa.", "words"),
            ("Se hai perso la SIM, chiama il 1900.", "number"),
        ),
    ),
    Case(
        "it",
        "Usare il telefono all'estero",
        ABROAD_IT,
        (
            "Nell'Unione europea puoi usare minuti e messaggi come in Italia, senza costi aggiuntivi.",
            "Per attivare il roaming all'estero apri l'app, tocca Estero e scegli il paese.",
        ),
        (
            ("In Svizzera il roaming europeo vale.", "negation"),
            ("In Svizzera usi minuti e messaggi come in Italia.", "apart"),
            ("I giga disponibili all'estero sono illimitati.", "pledge"),
            ("Un giorno all'estero costa 12 euro.", "number"),
            ("In Italia un giorno costa 6 euro.", "number"),
            ("Nell'Unione europea i costi aggiuntivi sono 6 euro.", "number"),
        ),
    ),
    Case(
        "en",
        "Getting money back",
        REFUND_EN,
        (
            "If you were charged twice, the second payment is refunded within 10 working days to the same card, and you do not need to do anything.",
            "Please write to billing@telvia.example with the number of your bill.",
            "A refund under 5 euros is credited on your next bill.",
        ),
        (
            ("We refund every wrong charge within 10 working days.", "number"),
            ("We refund the second payment within 5 working days.", "number"),
            ("If you were charged twice, write your card number to billing@telvia.example.", "apart"),
            ("You need to write to us if you were charged twice.", "apart"),
            ("Refunds under 10 euros are credited on the next bill.", "number"),
            ("We refund the second payment in cash.", "restriction"),
            ("Refunds over 5 euros are credited on the next bill.", "number"),
        ),
    ),
    Case(
        "en",
        "Moving house",
        MOVE_EN,
        (
            "Please tell us your new address at least 20 days before you move, in the app or on 0800 123456.",
            "Unfortunately we cannot move lines on weekends.",
            "Your number stays the same if you move within the same city.",
        ),
        (
            ("The move is free.", "pledge"),
            ("Tell us your new address at least 49 days before you move.", "number"),
            ("We move lines on weekends.", "negation"),
            ("Your phone number changes if you move within the same city.", "words"),
            ("Your phone number stays the same.", "restriction"),
            ("The move costs 20 euros.", "number"),
            ("Your phone number does not stay the same if you move within the same city.", "negation"),
        ),
    ),
    Case(
        "it",
        "Documenti per un nuovo contratto",
        CONTRACT_IT,
        (
            "Per un nuovo contratto servono un documento valido e il codice fiscale.",
            "La linea viene attivata in media in 8 giorni.",
            "Puoi ripensarci entro 14 giorni senza spese: basta scrivere a recesso@telvia.example.",
            "Il modem lo porta il tecnico e resta di proprietà di Telvia.",
        ),
        (
            ("La linea viene attivata in 8 ore.", "number"),
            ("La linea viene attivata in media in 14 giorni.", "number"),
            ("Puoi ripensarci entro 8 giorni senza spese.", "number"),
            ("Puoi ripensarci dopo 14 giorni senza spese.", "number"),
            ("Il tecnico costa 14 euro.", "number"),
            ("Per un nuovo contratto non serve il codice fiscale.", "negation"),
            ("Invia il codice fiscale a recesso@telvia.example.", "apart"),
        ),
    ),
    Case(
        "it",
        "Perché la bolletta è più alta",
        HIGH_BILL_IT,
        (
            "La prima bolletta è più alta perché comprende due mesi e il contributo di attivazione di 39 euro. Dalla seconda paghi il canone normale.",
            "Gentile cliente, non addebitiamo mai servizi che non hai chiesto.",
        ),
        (
            ("La seconda bolletta è più alta.", "apart"),
            ("La prima bolletta comprende tre mesi.", "number"),
            ("Il contributo di attivazione è di 2 euro.", "number"),
            ("La prima bolletta non è più alta.", "negation"),
            ("Addebitiamo servizi che non hai chiesto.", "negation"),
            ("Il contributo di attivazione viene rimborsato.", "words"),
            ("Dalla seconda bolletta non paghi il canone.", "negation"),
        ),
    ),
    Case(
        "en",
        "Slow internet",
        SPEED_EN,
        (
            "If less arrives for more than 3 days, report it in the app and we check the line free of charge within 48 hours.",
            "Old wifi cards reach at most 20 Mbit.",
        ),
        (
            ("At most 50 Mbit should arrive on fibre.", "number"),
            ("Old wifi cards reach 50 Mbit.", "number"),
            ("We check the line within 3 days.", "number"),
            ("If less arrives for less than 3 days, report it in the app.", "number"),
            ("We check the wifi free of charge.", "restriction"),
            ("At least 20 Mbit should arrive on fibre.", "number"),
            ("Speed does not depend on the distance.", "negation"),
        ),
    ),
    Case(
        "en",
        "Cancelling a TV package",
        TV_EN,
        (
            "You can cancel a TV package every month in the app under My packages, up to 5 days before the end of the month.",
            "Recordings are deleted after 10 days.",
            "The decoder stays yours.",
            "The sports package can only be cancelled at the end of the season in June.",
        ),
        (
            ("The sports package can be cancelled every month.", "apart"),
            ("Recordings are deleted after 5 days.", "number"),
            ("A TV package cannot be cancelled.", "negation"),
            ("The decoder has to be sent back.", "words"),
            ("A TV package can be cancelled up to 10 days before the end of the month.", "number"),
            ("Recordings stay yours.", "apart"),
            ("A TV package can be cancelled at the end of the season.", "restriction"),
        ),
    ),
)


FREER: Sequence[tuple[str, str]] = (
    (PAY_IT, "Se la bolletta viene pagata in ritardo, si applica una mora di 5 €."),
    (HIGH_BILL_IT, "Trovi i consumi fuori soglia a pagina 2 della bolletta."),
    (SPEED_EN, "Please test the speed by cable: at least 50 Mbit should arrive on fibre."),
    (ABROAD_IT, "In Svizzera il roaming europeo non vale e un giorno costa 6 €."),
    (ABROAD_IT, "All'estero hai a disposizione 12 giga al mese."),
    (MOVE_EN, "Moving your line costs 49 euros."),
    (MODEM_IT, "Ecco cosa fare: spegni il modem e riaccendilo dopo 30 secondi."),
    (PAY_IT, "Puoi saldare la bolletta dall'app Telvia usando la carta oppure l'addebito sul conto."),
    (
        PAY_IT,
        "Gentile cliente, il pagamento della bolletta può essere fatto con l'app Telvia, con carta o addebito, o in posta con bollettino.",
    ),
    (PAY_IT, "Il pagamento risulta registrato dopo circa 3 giorni lavorativi."),
    (PAY_IT, "Purtroppo non puoi pagare al telefono, ma puoi farlo dall'app o in posta."),
    (MODEM_IT, "Prova a spegnere il modem, aspettare 30 secondi e poi riaccenderlo."),
    (
        MODEM_IT,
        "Se dopo 10 minuti la luce è ancora rossa, chiama il 187: un tecnico interviene entro due giorni lavorativi senza costi.",
    ),
    (
        LEAVE_IT,
        "Per disdire il contratto puoi inviare una raccomandata oppure usare la pagina https://telvia.example/disdetta. La disdetta sarà effettiva dopo 30 giorni.",
    ),
    (LEAVE_IT, "Ricordati di restituire il modem entro 15 giorni, altrimenti ti vengono addebitati 60 euro."),
    (
        MOVE_IT,
        "Per il trasloco ti chiediamo il nuovo indirizzo e il codice di migrazione; la richiesta va fatta almeno 20 giorni prima.",
    ),
    (
        PAY_EN,
        "You can settle your bill in the Telvia app, either by card or by direct debit, or at any post office.",
    ),
    (PAY_EN, "It is not possible to pay by phone, but you can use the Telvia app."),
    (ROUTER_EN, "Try switching the router off for 30 seconds, then switch it back on."),
    (
        ROUTER_EN,
        "If it is still red after 10 minutes there is a fault on the line, so please call 0800 123456 or email faults@telvia.example.",
    ),
    (
        LEAVE_EN,
        "To cancel, send a registered letter or go to https://telvia.example/cancel. Your contract will end after 30 days.",
    ),
    (
        HOURS_EN,
        "You can visit our shops Monday to Friday, 9:00 to 18:00, or Saturday 10:00 to 13:00, and no appointment is needed.",
    ),
)
"""True, in freer words. The judge may refuse them, and refuses many: then the published answer is sent."""

FALSE: Sequence[tuple[str, str]] = (
    (PAY_IT, "Puoi pagare la bolletta dall'app Telvia, con carta, entro il 15 marzo."),
    (PAY_IT, "Il pagamento della bolletta in posta viene registrato entro tre settimane."),
    (PAY_IT, "Se non paghi in ritardo si applica una mora di 5 euro."),
    (PAY_IT, "Puoi pagare con carta al telefono."),
    (PAY_IT, "Comunica il numero della tua carta in questa chat per pagare la bolletta."),
    (PAY_IT, "La mora di 5 euro si applica anche se paghi puntuale."),
    (MODEM_IT, "Il tecnico interviene entro 30 secondi."),
    (MODEM_IT, "Se la luce Internet resta rossa dopo due giorni, chiama il 187."),
    (MODEM_IT, "Il guasto non è sulla linea."),
    (MODEM_IT, "Chiama il 10 o il 30."),
    (MODEM_IT, "L'intervento del tecnico è compreso nell'offerta Premium."),
    (LEAVE_IT, "La disdetta ha effetto dopo 24 mesi."),
    (LEAVE_IT, "Puoi disdire senza raccomandata."),
    (LEAVE_IT, "Il modem viene addebitato con 25,50 euro."),
    (LEAVE_IT, "Se restituisci il modem entro 15 giorni ricevi 60 euro."),
    (PAY_EN, "You can pay your bill by cheque at any post office."),
    (PAY_EN, "Pay your bill to IBAN IT60X0542811101000000123456."),
    (PAY_EN, "If you pay late, no fee applies."),
    (PAY_EN, "The payment is booked within 3 weeks."),
    (PAY_EN, "Please tell us your card details here to pay."),
    (ROUTER_EN, "The visit of the engineer is charged at 30 euros."),
    (ROUTER_EN, "If the light stays red after 30 seconds, call 0800 123456."),
    (ROUTER_EN, "There is no fault on the line."),
    (ROUTER_EN, "Open the router and touch the light."),
    (LEAVE_EN, "All customers pay the deactivation costs."),
    (LEAVE_EN, "Customers of more than 24 months pay 25.50 euros."),
    (LEAVE_EN, "The router may be kept."),
    (LEAVE_EN, "You will get 60 euros within 15 days."),
    (HOURS_EN, "Our shops are open 24 hours."),
    (HOURS_EN, "Our shops are closed on Saturday."),
    (HOURS_EN, "The shops are open on Saturday from 9:00 to 18:00."),
)
"""What no source says, much of it in the words of one."""


def case_of(source: str) -> Case:
    """The case with this published answer."""
    return next(case for case in CASES if case.source == source)
