"""What Telvia's customers want: short scripts that the simulated customers follow. Every name, number and fact is made up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One matter of one customer. `opening`: what they write by themselves; `thanks`: what they say after an answer."""

    key: str
    channel: str  # whatsapp, email, chat, form, webhook
    language: str
    subject: str
    opening: tuple[str, ...]
    answer: str  # what a good agent says; the past of the demo is told with it
    thanks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    team: str = "Network"


NAMES = {
    "it": (
        "Giulia Ferri", "Marta Colombo", "Paolo Ricci", "Chiara Greco", "Davide Conti", "Elena Marini", "Luca Serra",
        "Sara Fontana", "Andrea Villa", "Francesca Longo", "Matteo Rinaldi", "Ilaria Costa", "Nicola Pace", "Teresa Gallo",
    ),
    "en": (
        "Grace Holden", "Tom Barlow", "Priya Nair", "Oliver Stone", "Hannah Wood", "Daniel Frost", "Emily Marsh",
        "James Park", "Lucy Hart", "Samuel Reed",
    ),
}  # fmt: skip

STORIES = (
    Story(
        key="red-light", channel="whatsapp", language="it", subject="Router con luce rossa", labels=("guasto", "fibra"),
        opening=("Buongiorno, da stamattina il router ha la luce rossa fissa e non ho internet.", "Lavoro da casa, potete fare qualcosa oggi?"),
        answer="Buongiorno! Vedo un disservizio nella sua zona, i tecnici sono già al lavoro: la linea torna entro le 13. La avviso io appena è risolto.",
        thanks=("Grazie mille, aspetto notizie.",),
    ),
    Story(
        key="double-charge", channel="email", language="it", subject="Doppio addebito in fattura", labels=("fattura",), team="Billing",
        opening=("Buongiorno,\nnella fattura di questo mese trovo due volte il canone di 29,90 euro. Chiedo il rimborso della seconda voce.\n\nCordiali saluti",),
        answer="Buongiorno, ha ragione: il secondo canone è un errore nostro. Ho emesso una nota di credito di 29,90 euro, la trova nella prossima fattura. Ci scusiamo.",
        thanks=("Perfetto, grazie per la rapidità.",),
    ),
    Story(
        key="roaming", channel="whatsapp", language="en", subject="Roaming in Switzerland", labels=("roaming",),
        opening=("Hi, I'm travelling to Zurich tomorrow. Is Switzerland included in my plan?",),
        answer="Hi! Switzerland is not part of EU roaming, but your plan has 2 GB there every month, and calls are 10 cents a minute. Have a good trip!",
        thanks=("That's clear, thank you!",),
    ),
    Story(
        key="slow-evening", channel="chat", language="en", subject="Slow in the evening", labels=("fibre", "fault"),
        opening=("Hello, every evening after 8 my connection drops to 3 Mbps. During the day it is fine.",),
        answer="Thanks for telling us. I ran a line test: the cabinet is congested in the evening. An upgrade is booked for Thursday, and I have taken a week off your bill.",
        thanks=("Fair enough. Thanks for being honest.",),
    ),
    Story(
        key="moving-house", channel="form", language="it", subject="Trasloco della linea", labels=("trasloco",), team="Shop",
        opening=("Il 15 cambio casa: vorrei spostare la linea al nuovo indirizzo senza restare scollegata. Cosa devo fare?",),
        answer="Buongiorno, nessun problema: prenoto il tecnico per il giorno del trasloco e la vecchia linea resta attiva fino alla sera. Mi conferma il nuovo indirizzo?",
        thanks=("Via dei Tigli 8, terzo piano. Grazie!",),
    ),
    Story(
        key="order-late", channel="webhook", language="en", subject="Order T-20871 has not arrived", labels=("order",), team="Shop",
        opening=("My new phone was due on Monday and tracking has not moved since. Order T-20871.",),
        answer="I am sorry about that. The parcel is stuck at the depot; I have sent a new one by express, it arrives tomorrow before noon. Keep either.",
        thanks=("Wow, thanks!",),
    ),
    Story(
        key="invoice-copy", channel="email", language="en", subject="Copy of my March invoice", labels=("invoice",), team="Billing",
        opening=("Hello,\n\ncould you send me a copy of my invoice for March? I need it for my accountant by Friday.\n\nKind regards",),
        answer="Hello, of course: the invoice is in your area under Invoices, March, and I have also sent it to this address.",
        thanks=("Got it, many thanks.",),
    ),
    Story(
        key="cancel", channel="whatsapp", language="it", subject="Disdetta", labels=("disdetta",), team="Billing",
        opening=("Voglio disdire. È la terza volta che il tecnico non si presenta.", "Adesso basta."),
        answer="Ha tutte le ragioni, e mi scuso per i tre appuntamenti mancati. La disdetta è senza costi. Se vuole, posso mandarle il tecnico domani alle 9, seguo io di persona.",
        thanks=("Va bene, domani alle 9. Ma è l'ultima possibilità.",),
    ),
    Story(
        key="esim", channel="chat", language="it", subject="Attivare la eSIM", labels=("sim",), team="Shop",
        opening=("Ciao, ho comprato la eSIM ma il codice QR dice che è già stato usato 😕",),
        answer="Ciao! Succede quando l'installazione si interrompe. Ho generato un nuovo codice: lo trovi nella tua area, sezione SIM. Se serve resto qui.",
        thanks=("Funziona! Gentilissimi 😊",),
    ),
    Story(
        key="elderly", channel="whatsapp", language="en", subject="Landline down at my mother's", labels=("fault", "urgent"),
        opening=("My mother is 84 and her landline has been dead since last night. Her alarm pendant needs it!",),
        answer="This comes first. I have opened an urgent fault and a technician is on the way, before 2 pm. Until then her calls go to your mobile. May I ring you when it is fixed?",
        thanks=("Yes please, thank you so much.",),
    ),
    Story(
        key="price", channel="email", language="it", subject="Aumento del prezzo", labels=("prezzo",), team="Billing",
        opening=("Ho letto che da gennaio il mio piano aumenta di 3 euro. Il contratto diceva prezzo bloccato per 24 mesi. Come mai?",),
        answer="Buongiorno, il suo contratto ha davvero il prezzo bloccato fino a ottobre prossimo: la lettera le è arrivata per errore e il suo prezzo non cambia.",
        thanks=("Meglio così. Grazie per il chiarimento.",),
    ),
    Story(
        key="praise", channel="form", language="en", subject="Thank you to your technician", labels=("praise",), team="Shop",
        opening=("Just wanted to say that your technician was early, kind and took off his shoes. Please tell him thanks.",),
        answer="You have made our day! I have passed it on to him and to his team leader.",
    ),
)  # fmt: skip
