"""Small words by language: what people cannot write a sentence without.

Written for this project; they settle what letters alone leave open. Words that two languages share count half for each. Italian has the
words of its dialects too: who writes to an Italian company in Neapolitan or Venetian writes Italian as far as answering is concerned.
"""

from __future__ import annotations

WORDS: dict[str, str] = {
    "it": (
        "il lo la gli i le un uno una di del dello della dei degli delle da dal dallo dalla dai dalle nel nello nella nei negli "
        "nelle sul sulla sui sulle con per tra fra che chi cui non nn si sì ci vi ne mi ti e ed o ma se anche più piu già gia "
        "solo sono sei è siamo siete ho hai ha abbiamo avete hanno era erano stato stata questo questa questi queste quello "
        "quella quelli come cosa perché perche perchè xché xche dove quando quanto quale ancora sempre mai niente nulla grazie "
        "ciao buongiorno buonasera salve prego scusi scusa scusate vorrei posso può puo potete devo deve fare fatto detto tutto "
        "tutti tutta molto poco bene male oggi ieri domani allora poi però pero quindi invece cioè comunque ogni senza dopo "
        "prima adesso ora nessuno qualcuno voi noi loro io tu lui lei mio mia tuo tua suo sua nostro vostro vostra al allo alla "
        "ai agli alle dall dell nell sull all quest anno giorni mesi bolletta fattura ordine pacco linea assistenza numero "
        "risposta problema soldi cmq grz x ke boh magari bravi bravo brava bello bella belli bellissimo vergogna schifo peggio "
        "meglio funziona arrivato ricevuto aspetto attendo gentile cordiali saluti volevo sapere perfetto capito certo giusto "
        "uffa esatto d'accordo disdico disdetta complimenti grande ok va vai no sto sta stai fa faccio vado viene sapete aiuto "
        "figurati nun chisto chist doje quanno gnente manco agge aggio tengo nu na ce ccà me te so' sò ndo dove' ajo aoh daje "
        "mo' fieu anca l'è gh'è ga xe cossa cusì brao neh minga mica propi iddu iè chi' comu picchì semu unn ncora gnornò "
        "sgrisur mi' dumenega 'o 'a 'e ca cchiù pe' sto' stu sta' vanno vedè sisi nono novità risolto eccomi vabbè buondì embè "
        "forse basta banale ottimo auguri primo prezzo titolo mah durata chissà entro uguale codice bonifico tecnico modem "
        "contratto cliente operatore rimborso consegna spedizione abbonamento disservizio pagato pagare chiamato chiamare trova "
        "aggiungi mostrami mostra metti vota riproduci cerca apri dammi manda mandami chiamami ricordami imposta "
    ),
    "en": (
        "the a an of to in is it you that he was for on are with as i his they be at this have from or had by but not what all "
        "were we when your can said there which she do how their if will up about out many then them these so some her would "
        "make like him into has look more go see no way could people my than who its now been am don't didn't doesn't can't "
        "won't isn't it's i'm i've i'll you're that's what's thanks thank please hi hello hey yes yeah yep nope ok okay sorry "
        "good great love why where still never just get got because any only really did does our us me help need want know "
        "think back day today week order account service waiting nothing anyone anything something here sent hiya ta cheers "
        "brilliant sure fine bye agent refund cancel wat u ur pls plz thx omg lol idk dont cant im ive brb wtf nah meh right "
        "form done aye one sec again both hmm yay though going doing anyway already yet bill bills invoice parcel delivery "
        "broadband engineer booking "
    ),
    "es": (
        "el la los las un una unos unas de del que y en a con por para no se lo le les me te nos os su sus mi mis tu tus es son "
        "soy eres está están estoy estás ha han he has hay fue era ser estar tengo tiene tienes muy más mas pero como cuando "
        "donde porque qué quién cómo cuándo dónde también ya sin sobre todo todos toda nada algo alguien nadie siempre nunca "
        "hola gracias buenos buenas días tardes favor puedo puede pueden quiero hacer hecho ahora hoy ayer mañana aquí bien mal "
        "mucho mucha gente vida año años día eso esto este esta estos esas al yo él ella ellos usted ustedes nosotros vosotros "
        "pues así aún entonces jaja jajaja si sí vas voy va amo amiga gran hermano quiere creo mundo grande estaba ese esos "
        "aquella había "
    ),
    "pt": (
        "o a os as um uma uns de do da dos das que e em no na nos nas com por para pra pro não nao se lhe me te sua seu seus "
        "suas meu minha teu é são sou está estão estou tá to tô foi era ser ter tenho tem muito mais mas como quando onde "
        "porque pq quem também tambem já sem sobre tudo todos nada algo alguém ninguém sempre nunca olá ola oi obrigado "
        "obrigada bom boa dia tarde noite favor posso pode podem quero fazer feito agora hoje ontem amanhã aqui bem mal gente "
        "vida ano anos isso isto este esta esse essa ao aos à às eu ele ela eles você vocês vc vcs nós depois então ainda ai "
        "hein kkk kkkk hj eh rs até vou vai vamos amando lindo linda chef ne meus dessa desse quanto ñ todo mundo conseguiu "
        "odeia estava aí pqp "
    ),
    "fr": (
        "le la les un une des de du d et est en à au aux que qui quoi dans pour pas ne sur avec ce cet cette ces il elle ils "
        "elles je tu nous vous on mon ma mes ton ta tes son sa ses notre votre leur leurs se me te lui y suis es sommes êtes "
        "sont ai as a avons avez ont était être avoir fait faire plus moins mais ou où donc car si comme quand pourquoi comment "
        "très tres bien mal tout tous toute rien jamais toujours encore déjà bonjour salut merci svp stp oui non c'est j'ai "
        "n'est qu'il d'un d'une l'on aujourd'hui demain hier ici là peut peux veux faut sans sous entre chez après avant trop "
        "aussi ça ca quel quelle "
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer und oder aber ist sind war waren bin bist hat habe haben hatte wird "
        "werden wurde kann können muss nicht kein keine mit von zu zum zur bei auf für fur aus nach vor über ueber unter um an "
        "im in ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihnen mein meine dein sein was wer wie wo wann "
        "warum wenn dass daß weil auch noch schon nur sehr so da hier jetzt heute gestern morgen immer nie nichts etwas alle "
        "alles mal halt doch ja nein danke bitte hallo guten tag gruß grüße hab ist's geht gibt macht mehr wieder einfach kommt "
        "denn dann als keinen seit ohne gegen durch leider vielen liebe lieber ganz gut schön wetter stellen finde gib zeige "
        "zeig spiele spiel stelle füge läuft suche such öffne mach beim rechnung vertrag bestellung lieferung "
    ),
    "nl": (
        "de het een en van ik je jij hij zij ze we wij jullie u is zijn was waren ben bent heb hebt heeft hebben had wordt "
        "worden kan kunnen moet moeten niet geen met voor op aan bij naar uit over onder om te in dat die dit deze er hier daar "
        "maar of als dan dus want omdat wat wie waar wanneer waarom hoe ook nog al wel heel zo nu vandaag gisteren morgen "
        "altijd nooit niets iets alles mijn jouw uw ons onze hun haar hem mij hallo hoi dag bedankt dank alsjeblieft graag goed "
        "mooi leuk maken doen gaan gaat komt krijg weer even toch nou gewoon alleen veel meer door tot sinds zonder tegen vind "
        "speel zet geef voeg toon zoek stel bestelling factuur "
    ),
    "ca": (
        "el la els les un una uns unes de del dels que i en a amb per no és són sóc està estan estic ha han he hem heu hi ho al "
        "als pel pels també molt més però com quan on perquè què qui aquest aquesta aquests això allò tot tots tota res algú "
        "ningú sempre mai gràcies bon bona dia tarda nit si us plau puc pot vull fer fet ara avui ahir demà aquí bé malament "
        "gent vida any anys meu meva teu seva nosaltres vosaltres jo tu ell ella ells doncs així d l n s t m "
    ),
    "ro": (
        "și si în din la de cu pe pentru că ca să nu este sunt sînt a am ai are au era fi fost mai ce cine cum când unde dacă "
        "sau dar însă foarte tot toate acest această acesta asta ăsta aici acum azi ieri mâine eu tu el ea noi voi ei ele mă te "
        "îl îi ne vă lor meu mea tău sa lui mulțumesc multumesc bună buna ziua rog nimic niciodată mereu după fără prin decât "
    ),
    "da": (
        "og i at det er en et den til på for med af de ikke jeg du han hun vi der som har var kan skal vil blive bliver fra men "
        "om hvad hvor hvornår hvorfor hvem når så også meget mere min mit mine din dit sig mig dig os jer dem her nu dag godt "
        "tak hej hvordan ind ud op ned efter uden mod vejret lav find vis spiller tilføj afspil sæt giv filmen sangen "
        "programmet bestil hvilken "
    ),
    "sv": (
        "och i att det är en ett den till på för med av de inte jag du han hon vi som har var kan ska skulle blir från men om "
        "vad hur när varför vem så också mycket mer min mitt mina din ditt sig mig dig oss er dem här nu idag bra tack hej "
        "efter utan mot eller finns "
    ),
    "no": (
        "og i å det er en et den til på for med av de ikke jeg du han hun vi som har var kan skal vil blir fra men om hva hvor "
        "når hvorfor hvem så også mye mer min mitt mine din ditt seg meg deg oss dere dem her nå dag bra takk hei hvordan etter "
        "uten mot eller "
    ),
    "fi": (
        "ja on ei se että en oli mutta niin kun hän mä sä minä sinä me te he mitä missä miksi kiitos hei moi nyt tänään kuin "
        "jos vain ovat ole olen olet "
    ),
    "pl": (
        "i w na z że się nie do to jest jak co za o po ale od tak czy dla przez tylko był była są mam ma masz ja ty on ona my "
        "wy oni mnie cię go już jeszcze dzień dobry dziękuję proszę cześć kiedy gdzie dlaczego bardzo "
    ),
    "hr": (
        "i u je na se da za su ne od sa što kako ali ili bio bila sam si smo ste ja ti on ona mi vi oni hvala molim dobar dan "
        "gdje kada zašto vrlo više samo "
    ),
    "tr": (
        "ve bir bu da de için ile çok ne mi var yok ben sen biz siz onlar ama gibi daha kadar değil teşekkürler merhaba lütfen "
        "nasıl neden nerede iyi evet hayır "
    ),
}

LETTERS: dict[str, str] = {
    "ñ": "es",
    "¿": "es",
    "¡": "es",
    "ã": "pt",
    "õ": "pt",
    "ß": "de",
    "ș": "ro",
    "ț": "ro",
    "ă": "ro",
    "ł": "pl",
    "ż": "pl",
    "œ": "fr",
    "ğ": "tr",
    "ı": "tr",
    "ľ": "sk",
    "ř": "cs",
    "ů": "cs",
    "ő": "hu",
    "ű": "hu",
}
"""Letters that one language has."""
