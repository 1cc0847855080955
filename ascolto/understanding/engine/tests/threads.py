"""Long conversations as they happen in customer care, written for these tests. A line: who speaks (c, a, b), then the message."""

from __future__ import annotations

from ascolto.understanding.engine.summary import Turn

_SIDES = {"c": "customer", "a": "agent", "b": "bot"}


def thread(text: str) -> list[Turn]:
    return [
        Turn(line[2:].strip().replace("⏎", "\n"), _SIDES[line[0]])
        for line in text.strip().splitlines()
        if line.strip()
    ]


LINE_DOWN = thread("""
b Ciao! Sono un assistente virtuale. Scegli un'opzione: 1 guasti, 2 fatture, 3 altro.
c 1
b La tua richiesta è stata presa in carico. Un operatore ti risponderà al più presto.
c Buongiorno
c da lunedì 3 marzo sono senza linea internet e senza telefono, il modem è sul rosso. Quando mandate un tecnico? lavoro da casa!
a Buongiorno, sono Marco. Mi dispiace per il disagio.
a Mi può dare il codice cliente o il numero della linea?
c certo, FB-883120
a Grazie mille, verifico subito.
a Un attimo di pazienza per favore
c ok
a Dalle verifiche risulta un guasto alla centrale di Gubbio che riguarda circa 200 clienti.
c ah e non potevate avvisare?
a Ha ragione, avremmo dovuto mandare un SMS.
a Ho aperto la segnalazione GU-20417: i tecnici lavorano già sul posto.
c e quindi quando torna?
a Il ripristino è previsto entro mercoledì 5 marzo alle 18.
c va bene, grazie
a Grazie a lei, buona giornata!
c Buonasera, sono le 20 di mercoledì e la linea non funziona ancora!!! Avevate detto entro le 18
c Pronto?
a Buonasera, sono Anna, mi scuso per l'attesa.
a Vedo che il guasto della centrale è stato riparato ieri, ma sulla sua linea c'è un secondo problema: la porta del cavo è bruciata.
c e quindi??
a Serve l'uscita di un tecnico a casa sua. Le ho prenotato l'appuntamento per venerdì 7 marzo tra le 9 e le 11.
c venerdì va bene ma solo prima delle 10, poi ho una riunione
a Perfetto, ho segnato: tecnico entro le 10 di venerdì 7.
c Per questi giorni senza linea mi spetta un rimborso, giusto?
a Sì: sono 3 euro al giorno, le verranno accreditati 15 euro sulla fattura di aprile.
c ok grazie
a Grazie a lei per la pazienza
c ciao, il tecnico è venuto, adesso internet funziona ma il telefono di casa no. Nessun segnale di linea. Potete controllare?
""")

PARCEL = thread("""
c salve
c ho ordinato un ventilatore da voi il 12 giugno, ordine ZF-90417-B, pagato 89,90 € e ancora non è arrivato niente
c il tracking dice consegnato ma io non ho ricevuto nulla!!!
a Ciao Melissa, piacere, sono Ivo. Controllo subito.
a Il corriere segna la consegna il 16 giugno alle 11:42, firmata da "Rossi".
c io non mi chiamo Rossi e nel palazzo non c'è nessun Rossi
a Capisco, grazie per la precisazione
a Mi confermi l'indirizzo? Via dei Gelsi 4, Gubbio
c sì è quello
c quindi che si fa? fa caldo!!
a Apro una contestazione con il corriere: di solito rispondono entro 5 giorni lavorativi.
c 5 giorni?? ma scherziamo
c io voglio il ventilatore o i soldi indietro
a Ti capisco, hai ragione.
a Intanto chiedo al magazzino se possono rispedirlo senza aspettare.
c ok fammi sapere
a Certo!
a Ciao Melissa, il magazzino purtroppo ha finito quel modello, torna a luglio.
c allora preferisco il rimborso
a Va bene. Ho avviato il rimborso di 89,90 € sulla carta che termina con 4417, lo vedrai entro il 2 luglio.
c perfetto
a Ti serve altro?
c no grazie
a Buona giornata!
c Ciao, oggi è il 4 luglio e sulla carta non vedo nessun accredito. Che fine ha fatto il mio rimborso?
""")

CHARGED_TWICE = thread("""
c Hi there
c I've been charged twice for my March bill. £42.50 came out on the 1st and again on the 3rd. Please refund the second payment.
a Hello Priya, thanks for getting in touch. I'm Tom.
a Sorry to hear that. Could you confirm the last four digits of the card?
c 8821
a Thank you, bear with me a moment.
c ok
a I can see both payments on your account 7714-208-QX.
a The second one was taken because our system did not register the first direct debit.
c right, that's your mistake then
a You're absolutely right, apologies.
a I've raised a refund of £42.50, reference RF-55102. It will be with you within 5 working days.
c Thanks
a Anything else I can help with today?
c no that's all
a Lovely, have a great day!
c Hello, it's been eight days and there is no refund in my account.
c Can someone look into this?
a Hi Priya, this is Sade. I'm sorry about the wait.
a Let me check with the payments team.
c please do, I'm overdrawn because of this and my bank charged me £12
a I understand, that must be frustrating.
a It turns out the refund was declined because the card had expired.
c I got a new card in February, I updated it on your website!
a Thanks for letting me know. I've requested a bank transfer instead and you will receive it by Friday.
c And what about the £12 my bank charged me?
a I'll ask my manager and get back to you tomorrow.
c fine
c Hi, Friday has come and gone. The £42.50 arrived, thank you. Nobody got back to me about the £12 charge. Will you cover it or not?
""")

ENGINEER = thread("""
b Welcome! I'm a virtual assistant. Choose: 1 for billing, 2 for faults.
c 2
c My broadband keeps dropping every evening between 7 and 10. It's been two weeks and I teach online classes. Fix it or I'm leaving.
a Good evening, you're speaking with Colin.
a I'm sorry for the inconvenience.
a How are you connected, by cable or wifi?
c both, same thing
a Thank you. Have you restarted the router?
c about forty times
a I appreciate that.
a I'm running a line test now, please hold.
c ok
a The test shows errors on the line, so there is a fault outside your home.
c great. so when is it getting fixed
a I've booked an engineer for Thursday 14 May between 8am and 1pm.
a Your reference is ENG-40712.
c I work mornings. Is there an afternoon slot?
a Let me see.
a Yes, I can do 1pm to 6pm on the same day.
c perfect
a Done. You'll get a text the day before.
c thanks Colin
a You're welcome!
c Hi, it's Thursday, 6.15pm and nobody came. I took the afternoon off for this.
a Hello, this is Bea. I'm really sorry.
a I can see the engineer was called away to an emergency.
c nobody told me
a You should have had a call, I apologise.
a The next slot is Saturday 16 May at 9am, and I've added a £30 credit for the missed appointment.
c ok Saturday is fine
c but if this happens again I want to cancel without any fee
a Understood. I have noted that on your account.
c Morning. The engineer came and replaced the box outside. Speed is good now.
a Brilliant, glad to hear that!
c It dropped again last night at 8 though, twice. Not as bad but still.
a Thanks for telling us. We will monitor your line for 72 hours and call you on Tuesday with the result.
c ok
c It's Wednesday. No call. Can I leave without the early exit fee?
""")
