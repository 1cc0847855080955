"""Who asks for a person is heard, in many words; who only tells of one goes on with the bot."""

from __future__ import annotations

import pytest

from ascolto.bot.person_wishes import is_zero, wants_person

ASKS_IN_ITALIAN = """
operatore
Operatore!
OPERATORE
operatrice per favore
un operatore
opratore
operatoer
operattore
vorrei parlare con una persona
voglio parlare con un operatore
voglio un operatore umano
fammi parlare con qualcuno
fatemi parlare con qualcuno per favore
non voglio parlare con un bot
non voglio parlare con una macchina
non voglio un robot
basta bot
basta con questo bot, voglio qualcuno di vero
posso parlare con qualcuno?
c'è qualcuno?
c'è una persona vera?
passami un operatore
mi passi un operatore
mi passi qualcuno
potete passarmi un collega umano?
vorrei essere contattato da un operatore
mi fate chiamare da un operatore?
voglio essere richiamato da una persona
datemi un umano
un essere umano, grazie
persona
persona vera
ho bisogno di un operatore
ho bisogno di parlare con qualcuno
mi serve un operatore
mi serve una persona che capisca
preferisco parlare con una persona
preferirei un operatore
si può parlare con un umano?
come faccio a parlare con un operatore?
come posso parlare con una persona reale
è possibile parlare con un consulente?
vorrei parlare con un vostro addetto
vorrei parlare con il servizio clienti
mettimi in contatto con qualcuno
mi metta in contatto con un operatore
collegami con un operatore
trasferiscimi a un operatore
trasferitemi a una persona
voglio parlare con un responsabile
fammi parlare con il tuo responsabile
voglio un responsabile
assistenza umana
supporto umano per favore
parlare con operatore
parlare operatore
operatore per favore, la linea non va da ieri e non so più cosa fare
la linea non va da tre giorni, fatemi parlare con una persona per favore
non capisco niente, voglio parlare con qualcuno in carne e ossa
esiste un essere umano in questa azienda?
non mi sei utile, passami una persona
puoi chiamarmi tu una persona del centro assistenza?
voglio parlare a voce con qualcuno
desidero parlare con un vostro operatore
vorrei un contatto umano
0
zero
tasto zero
agente
consulente umano
smettila e passami qualcuno
buongiorno, potrei avere un operatore in linea?
scusate ma vorrei un contatto con un vostro addetto per spiegare meglio
sinceramente preferirei spiegarlo a una persona
ci fate parlare con un operatore o no?
non ce la faccio con questo robot, operatore!!!
aiuto umano
posso avere una persona al telefono
mi richiamate con un operatore per favore
fatemi chiamare da qualcuno
vorrei che mi chiamasse un operatore
voglio parlare con un altro operatore
fammi passare un umano
mi collega con un consulente?
dov'è l'operatore?
dove sono gli operatori?
operatore!!! operatore!!! operatore!!!
vorrei parlare con voi, non con un bot
non rispondermi tu, voglio una persona
chat con operatore
contatto operatore
assistenza operatore
richiesta operatore
parla con operatore
ma siete persone o robot? voglio una persona
ho il diritto di parlare con una persona
si può avere assistenza da un umano?
scusi vorrei parlare cn un operatore
vorrei parlare con unoperatore
passa operatore
posso chiedere a un operatore?
mi potete dare una persona con cui parlare
non capisci, mi serve qualcuno che mi aiuti davvero
voglio un contatto telefonico con un addetto
c'è un operatore libero?
si può parlare con qualcuno dell'ufficio reclami?
quando posso parlare con un operatore?
fatemi richiamare da un vostro incaricato
preferisco un essere umano
operatore subito
operatore grazie
mi scusi, un operatore
vorrei assistenza da una persona reale
rispondetemi con un umano
basta messaggi automatici
parlare con una persona fisica
vorrei dialogare con una persona
vorrei spiegare il problema a un operatore
mi faccia parlare con un suo collega
tu sei un robot, voglio un umano
non è possibile parlare con un operatore?
""".strip().splitlines()  # fmt: skip
ASKS_IN_ENGLISH = """
agent
Agent!
AGENT PLEASE
agent please
an agent
aegnt
operater
human
human please
a human
real person
a real person please
real human
person
I want to talk to a human
I want a human
I'd like to speak with someone
I would like to talk to somebody
can I talk to a person?
can I speak to someone please
could I speak to a real person?
let me talk to a human
let me speak to somebody
get me a human
get me an agent now
give me a person
give me a real human being
put me through to someone
put me through to an operator
connect me with an agent
connect me to customer service
transfer me to a representative
transfer me
speak to an agent
talk to agent
talk to a real person
talk to someone
speak with a representative
representative
I need a human
I need an agent
I need to talk to someone about my bill
I need help from a real person
I don't want to talk to a bot
I do not want to speak to a machine
no bots
no more bots please
stop the bot, I want a person
is there a human there?
is anyone there?
is there anybody I can talk to?
are there any humans here
how do I talk to a person?
how can I reach an agent
I'd rather talk to a human
I prefer a person
live agent
live chat with an agent
speak to a manager
I want to speak to your manager
let me speak to a supervisor
customer service representative
operator
have someone call me
can someone call me please
please have an agent contact me
I want someone real
human support
chat with a human
my internet has been down for two days and I would like to speak to a real person please
this is useless, connect me to a human being
your menu does not help, please let me talk to somebody who understands
0
zero
hooman
hello, could you get somebody to help me
I'd prefer speaking with a human being
can you transfer me to one of your agents
is it possible to speak with a live representative
please let a human answer
I want to chat with an actual person
where is the agent
agent agent agent
speak to representative now
could someone from your team contact me
I am fed up with this bot, give me a person
stop, I want an agent
could I have a human please
let me talk to your supervisor
I'd rather deal with a human
how do I get hold of a human
talk to human
contact an agent
may I speak with an agent
i wanna talk to a human
i need to speak w/ someone
someone please help me
human help
need human assistance
not a bot, a person please
can i get a real agent
escalate to a human
I wish to speak to a person
pass me to an operator
I require assistance from a member of staff
I'd like a human agent
put a human on the line
can a human please look at this
is this a bot? I want a person
I only want to talk with real people
talk to me like a human, get me your manager
just connect me with a real person already
could you pass me to a colleague
give me customer service
let me chat with support staff
agent now
no bot, human
I demand to speak with a supervisor
I'm asking for a human
how can I talk to somebody
would it be possible to speak with an advisor
want person
someone real please
need operator
please transfer my call to an agent
""".strip().splitlines()  # fmt: skip
TELLS_IN_ITALIAN = """
il vostro operatore ieri mi ha detto che sarebbe arrivato un tecnico
ieri un operatore mi ha detto di riavviare il modem e non è servito
l'operatore telefonico precedente era un altro
vengo da un altro operatore e vorrei portare il numero
ho cambiato operatore il mese scorso
voglio cambiare operatore telefonico e passare a voi
il mio vecchio operatore mi ha addebitato una penale
ho parlato con una vostra operatrice la settimana scorsa per la bolletta
la persona che abita con me non riesce a navigare
siamo in tre persone in casa e la linea è lenta
quante persone possono usare il wifi insieme?
la bolletta è intestata a un'altra persona
vorrei cambiare la persona intestataria del contratto
i dati personali sono sbagliati nella mia area clienti
ho dimenticato la password personale
voglio cancellare i miei dati personali
il codice personale dove lo trovo?
agente di zona mi ha venduto il contratto sbagliato tre mesi fa
l'agente che mi ha fatto firmare non mi ha detto del canone
sono un agente immobiliare e devo attivare una linea in ufficio
il consulente mi aveva promesso uno sconto che in bolletta non c'è
il consulente commerciale è venuto a casa e non è più tornato
il tecnico non si è presentato all'appuntamento di ieri mattina
i vostri operatori sono stati gentili, grazie
complimenti all'operatrice che mi ha aiutato ieri
avete risposto in due minuti, brava persona
è un errore umano, capita
l'umanità non c'entra, la linea è muta
la linea non va
non funziona internet
quando scade la bolletta?
vorrei pagare a rate
devo traslocare a marzo
il mio codice è TV123456
il mio numero è 347 1234567
domani pomeriggio
sì grazie
no
basta così, grazie
basta
niente altro
ok va bene
Giulia Ferri
ho già chiamato tre volte
ho già riavviato il modem
il bot mi ha risposto bene ieri
mi ha risposto un bot e ho risolto
il robot aspirapolvere non si collega al wifi
la lavatrice e la macchina del caffè non si collegano
ho una macchina nuova
abito in via Umano 3
via degli Operatori 12, Terni
qualcuno ha rubato il mio modem
qualcuno mi ha clonato la sim
vorrei sapere se c'è qualcuno che ha già avuto questo guasto in zona
non c'è nessuno in casa fino alle sei
mio marito parla con voi da ieri
la segreteria non funziona quando parlo con mia madre
voglio un rimborso
mi serve una copia della bolletta
mi serve il codice
come faccio a cambiare la password?
preferisco la mattina
vorrei parlare della bolletta di gennaio
devo parlare del mio contratto
l'assistenza mi ha detto di aspettare 24 ore
il servizio clienti ieri mi ha detto che era risolto
vorrei un contratto per una persona sola
offerta per una persona
attivazione per due persone
il responsabile del condominio ha chiesto la fibra
operazione non riuscita
opera
0123456789
100
l'addetto alla consegna non ha suonato
ho ricevuto una telefonata da un vostro consulente e non ho capito l'offerta
il collega di mio marito ha la stessa linea
vorrei aggiungere una persona al contratto
voglio sapere chi è il responsabile dei dati
vorrei attivare una sim per mia madre
c'è qualcuno che usa la mia linea
mi hanno passato da un operatore all'altro
la vostra operatrice si chiamava Anna
ho bisogno di una mano con la bolletta
non voglio più la televisione
vorrei parlare la settimana prossima
con quale operatore eravate prima
mi serve il modem nuovo
preferisco la fibra
la macchinetta del pos non si collega
devo passare il contratto a mia moglie
voglio passare a un altro operatore
mi passate la bolletta?
vorrei il numero dell'agente che mi ha fatto il contratto
l'operatore mi ha fissato un appuntamento per giovedì
il collega in negozio mi ha dato un altro modem
la persona al negozio era gentile
ho già mandato la foto all'operatore
mi ha chiamato un operatore ma non ho risposto
sono una persona anziana e non capisco il modem
il contratto è di mia madre
siamo due persone
vorrei il rimborso dell'addebito
potete dirmi quando torna la linea
qualcuno ha già segnalato il guasto?
voglio il modem nuovo
non voglio pagare
passo domani in negozio
""".strip().splitlines()  # fmt: skip
TELLS_IN_ENGLISH = """
your agent told me yesterday that an engineer would come
an agent told me last week to restart the router and it did not help
the agent was very kind, thank you
yesterday I spoke to an agent about my bill
I talked to a person last week who promised a refund
your representative said the fee was waived but it is on my bill
the operator of my old line charged me twice
my previous operator was another company
I want to change operator and keep my number
I am switching from another operator
I am an estate agent and need a line in the office
the travel agent booked the wrong date
the letting agent needs a copy of the bill
there are three persons in this house and the wifi is slow
how many people can use it at once
the bill is in another person's name
I want to change the person named on the contract
the personal data in my account is wrong
where do I find my personal code
my personal details have changed
delete my personal data
it was a human error, never mind
human resources department bill
the engineer did not show up yesterday
someone stole my router
somebody cloned my sim card
someone else uses my line
no one is home until six
nobody is at home in the morning
my line is down
no internet since yesterday
when is my bill due?
I want to pay in instalments
I want to move house in March
I want a refund
I need a copy of my bill
I need my code
my code is TV123456
my number is 07911 123456
tomorrow afternoon
yes thanks
no
that is all, thanks
nothing else
ok fine
Julia Smith
I have called three times already
I have restarted the router
the bot helped me yesterday, thanks
a bot answered and it was fine
my robot vacuum does not connect to wifi
the coffee machine does not connect
the washing machine uses wifi
I bought a new machine
is there anybody else with this fault in my area
does anyone know when it is fixed
I would like to talk about my January bill
I want to speak about my contract
can I talk on the phone and surf at the same time
support told me to wait 24 hours
customer service said yesterday that it was solved
I prefer the morning
how do I change my password?
the manager of our building asked for fibre
a contract for one person
a plan for two people
I cannot talk on the phone, no signal
when I speak to my mother the line drops
the agency charged me
operation failed
agenda for tomorrow
humanities department
0123456789
100
my colleague has the same problem
I would like to add a person to my contract
I need the manager code for the router
I want to know who controls my data
people keep calling me from your company
somebody is using my line
your staff were great
I need someone's approval to change the plan
the line drops when people talk
I want a new router
I need a technician visit tomorrow
my agency wants the invoice
is there an outage in my area
are there any problems today
get me the bill for January
give me my code
let me know when it works
transfer my line to the new house
connect me to the fibre network
I like the service
as the agent said, I restarted it
the operator cut me off yesterday
a colleague of yours came last week
my person of contact moved
I am a person with a disability and need large bills
who is in charge of refunds
are there people without internet in my street
someone called me from this number
I want to cancel the TV
the call center closed
get the modem replaced
talk talk is my old provider
I need to speak louder
my mother needs the phone
bot traffic on my line
""".strip().splitlines()  # fmt: skip

ASKED_ENOUGH = 0.97  # of those who ask
TOLD_ENOUGH = 0.95  # of those who do not: the safe side is a person


@pytest.mark.parametrize("said", [ASKS_IN_ITALIAN, ASKS_IN_ENGLISH], ids=["it", "en"])
def test_who_asks_for_a_person_is_heard(said: list[str]) -> None:
    missed = [one for one in said if not (wants_person(one) or is_zero(one))]
    assert len(missed) <= (1 - ASKED_ENOUGH) * len(said), missed


@pytest.mark.parametrize("said", [TELLS_IN_ITALIAN, TELLS_IN_ENGLISH], ids=["it", "en"])
def test_who_only_tells_of_a_person_is_not_handed_over(said: list[str]) -> None:
    wrong = [one for one in said if wants_person(one)]
    assert len(wrong) <= (1 - TOLD_ENOUGH) * len(said), wrong


@pytest.mark.parametrize(
    "said",
    [
        "operatore",
        "OPERATORE!!!",
        "«Operatore»",
        "agent",
        "Agent please",
        "opratore",
        "aegnt",
        "operattore...",
    ],
)
def test_the_word_alone_is_enough_also_misspelt(said: str) -> None:
    assert wants_person(said)


def test_a_flows_own_words_call_a_person_too() -> None:
    assert wants_person("tecnico", ["tecnico"])
    assert wants_person("buonasera, mi serve subito il tecnico perché qui non va più niente", ["tecnico"])
    assert not wants_person("il tecnico è venuto ieri e ha detto che il modem va cambiato", ["tecnico"])
    assert not wants_person("tecnico")


@pytest.mark.parametrize(
    "said", ["", " ", "\x00", "vorrei " * 30_000, "a " * 50_000, "parlare con con " * 9_000, "😀" * 9_000]
)
def test_nothing_that_is_said_is_too_much(said: str) -> None:
    assert wants_person(said) is False
