"""Families of words that matter in what a company writes: of selling, of refunds, of repairs, of the contract in force.

A word belongs to every family that lists it, by itself or by its beginning (`scont*`); `x@` stands for the endings -a -o -i -e.
What a family weighs, alone or beside another one, is learnt; here is only which words say the same in Italian and in English.
"""

from __future__ import annotations

from functools import cache, lru_cache

FAMILIES = {
    "percent": (
        "% pct percent percento ‰"
    ),
    "currency": (
        "$ bucks cent centesimi dollar dollars eur euri euro p pence pound pounds quid sterline £ €"
    ),
    "free": (
        "gratis gratuit* kostenlos* offert* regalo cadeau geschenkt gratuitement gratuitamente "
        "complimentary free freebie* gratis gratuit* offert@ omaggi* regal* zero"
    ),
    "discount": (
        "descuento* oferta* rebaja* remise* réduction* promotion* rabatt* nachlass angebot* aktion "
        "agevolat* bargain* bonus buoni buono cashback cheap cheaper clearance code codice conveni* "
        "convenzion* coupon* deal deals discount* economic* flash half metà mezzo outlet promo* promozion* "
        "reduced ribass* ridott* saldi sale sales scont* special* svendit* vantaggi* vantaggios* voucher*"
    ),
    "offer": (
        "propongo ofrecer* proposer anbieten ofrezco "
        "offer offering offers offert* proponiamo propor* proporle proporre proposal propost*"
    ),
    "only": (
        "appena just only sol@ soli solo soltanto"
    ),
    "exclusive": (
        "dedicat* esclusiv* exclusive* fedel* fortunat* invit* loyal* lucky prescelt* privilegi* reserved "
        "riservat* riserviamo selected selezionat* vip"
    ),
    "deadline": (
        "affrett* ending ends entro esaurimento expir* expires finisce finiscono fino hurry last left "
        "limitat* limited mancano meno posti resta restano rimast* scad* stock termina till ultim* until"
    ),
    "now": (
        "adesso domani domenica friday giovedì lunedì martedì mercoledì mezzanotte midnight monday now "
        "oggi ora sabato saturday settimana stasera subito sunday thursday today tomorrow tonight tuesday "
        "venerdì wednesday week weekend"
    ),
    "month": (
        "mes monat mois año jahr "
        "anni anno annu* day days giorni giorno mensil* mese mesi mo month monthly months mth year yearly "
        "years"
    ),
    "more": (
        "más mehr plus ilimitad* illimité* unbegrenzt* "
        "additional aggiuntiv* better bigger doppi* double extra faster illimitat* maggior* miglior* more "
        "oltre più tripl* triple ulterior* unlimited upgrade* veloc*"
    ),
    "instead": (
        "anziché contro instead invece pagare rather rispetto than vece vs"
    ),
    "upgrade": (
        "wechsel* pasar pase cambiar passer passez "
        "cambia cambiare cambio move passa passando passare passerebbe passi porta porti potenzi* sali "
        "salire swap switch switching trade trasform* upgrad*"
    ),
    "add": (
        "abbin* add adding aggancia aggiung* aggiunt* bundle combo include included inclusa incluso "
        "insieme pacchett* package plus unisci"
    ),
    "buy": (
        "abbonar* abbonat* abbonati acquist* book booking buy buying choose compr* get getting grab "
        "iscriv* join ordinare prenda prende prendi prendine prenot* purchase scegli scelga shop shopping "
        "sign sottoscriv* subscrib* subscribe treat"
    ),
    "activate": (
        "activo activar aktivier* profitez aproveche* entdecken testen essayez découvrez descubre descubra prueba pruebe "
        "abilit* activat* activate approfitt* assaggi* attiv* avail claim discover download enable firma "
        "firmi passa prov* provala provalo redeem riscatt* scarica scopr* sfrutt* trial venga venite vieni"
    ),
    "try": (
        "assaggia prova provalo provar* provi test trial try"
    ),
    "interest": (
        "interesaría interesado interesse intéress* recomiendo empfehle "
        "consigl* converrebbe conviene curios* curious fancy interess* interested love merita piacer* "
        "recommend suggerirei suggerisco suggest vale worth"
    ),
    "want": (
        "desidera gradirebbe like preferisce volete vorrebbe vuoi vuole want wants wish"
    ),
    "can": (
        "can could may might posso potete potrebbe potrei potresti puoi può shall should si"
    ),
    "if_you": (
        "caso casomai ever if qualora se"
    ),
    "show": (
        "appuntamento brochure call catalog* chiamar* consulen* demo explain illustr* inviarle listino "
        "mandarle mando mostr* preventivo quote raccont* send show spieg* tell walk"
    ),
    "softener": (
        "calma commitment decide decidere fretta glad happy impegno meglio obligation pensarci pensiero "
        "pressure rush strings think tranquill* urgent* volentieri worries"
    ),
    "by_the_way": (
        "approfitto comunque dato già incidentally intanto mentre occasione proposito since speaking visto "
        "way while"
    ),
    "product": (
        "abbonament* accessor* account assicur* bagaglio broadband caldai* card cards carta case "
        "climatizzator* conto corso course cover coverage custodia decoder dessert dolce extended fiber "
        "fibra fibre finanziament* garanzia gb giga gym insur* laptop lezion* loan lounge luggage "
        "massaggio membership menu menù modem mortgage mutuo palestra pannell* phone piano plan plans "
        "pneumatici policies policy polizz* pompa posto prestit* router scarpe seat service servizio shoes "
        "sim smartphone spa subscription tablet tagliando tariff* telefoni telefono tessera upgrade warranty"
    ),
    "new": (
        "appena arriva arrivano arrivat* brand collection collezione coming lancio launch* linea new "
        "novità nuov* presto soon versione"
    ),
    "best": (
        "adatt* amazing best fantastic* fatta great ideal ideale imperdibil* incredibil* made migliore "
        "perfect perfett* straordinari* top unic* unique"
    ),
    "save": (
        "convenien* cost costa costerebbe costs paga pagherebbe paghi pay risparmi* save saved saves "
        "saving spend spendere verrebbe viene"
    ),
    "points": (
        "argento bollin* club gold level livello miglia miles oro petali platinum point points premi "
        "premio punti punto reward rewards silver stamp stamps status tier timbri"
    ),
    "refer": (
        "amigo freund parrainez recomienda empfehlen werben ami "
        "amica amici amico bring collega famiglia family friend friends invita invite mate partner porta "
        "presenta refer"
    ),
    "renew": (
        "back conferma confermando confermandolo extend keep mantenga prolung* reactivate renew* resta "
        "restare resti riattiv* rinnov* scadenza stay torna tornare"
    ),
    "market": (
        "altri clienti customers household many molti neighbours others people tanti vicini"
    ),
    "teaser": (
        "dream guess imagine immagina indovina preparat* sapevi scommett* secret segnat* segret* sogni "
        "sorpresa sta stanco stufo surprise tired"
    ),
    "selling_emoji": (
        "⏰ ⚡ ✨ 🆕 🌟 🍕 🍰 🍹 🎁 🎄 🎅 🎉 🏷 👇 👉 💥 💳 💸 📣 🔥 🚨 🛍 🛒 🤑"
    ),
    "refund": (
        "devuelt* devolv* reembols* rembours* erstatt* abono "
        "accredit* bonific* compens* credit credited indennizz* nota refund* reimburs* rendiamo resi reso "
        "restitu* return returned riaccredit* rimbors* risarc* storn* storno"
    ),
    "sorry": (
        "sentimos lamentamos désolé* entschuldig* leider molestias gêne "
        "apolog* colpa disagi* dispiace* disservizi* error* fault inconvenience inconvenient* mistake "
        "mortific* perdon* rammaric* sbagli* scus* sorry spiace"
    ),
    "fixed": (
        "broken difett* engineer faulty fixed garanzia guasto manutenzione repair* replac* resolved ripar* "
        "ripristin* risolt* rott* rotto sistemat* solved sostitu* tecnico warranty"
    ),
    "contract": (
        "actual* actuel* jetzig* factura rechnung facture forfait "
        "addebit* amount art articolo attuale bill bollett* canone charge charged charges clausol* "
        "condizion* contract* contratt* current esistente estratto existing fattura importo invoice "
        "invoices pagamento payment rata rate scontrino statement terms"
    ),
    "past": (
        "hemos haben avons "
        "abbiamo avete aveva avevamo been did didn't era erano fu ha had hai hanno has ho i've stata state "
        "stati stato was wasn't we've were you've è"
    ),
    "no": (
        "can't doesn't don't isn't mai neither nessun* never niente no non none nor not nothing nulla né "
        "senza without won't"
    ),
    "warn": (
        "attenzione beware clone dati fake fals* finti finto fraud* link mai password phishing police "
        "polizia recall report richiamo scam* segnal* sospett* suspicious truff* warning"
    ),
    "withdraw": (
        "annull* cancel* cessa* cessazione chiudere chius* close closed deactivat* disattiv* disdett* opt "
        "reces* rescind* revoc* termin* unsubscribe withdraw*"
    ),
    "request": (
        "allegato attached case check checked checking cliente codice controll* document* documento form "
        "lettura modulo number numero practice pratica reading request richiesta segnalazione ticket "
        "verific* verifica"
    ),
    "survey": (
        "andata com'è feedback opinione parere questionario rate rating review satisfied soddisfatt* "
        "sondaggio stars stelle survey valuta"
    ),
    "jobs": (
        "assum* assunzione candidat* candidatura colloquio curriculum cv hiring hr interview job jobs "
        "lavoro posizione recruit* retribuzione role salary selezione vacancy"
    ),
    "price_notice": (
        "adeguament* aument* change changes dal from increase* inflation inflazione istat modific* rise "
        "rises variazion*"
    ),
    "have": (
        "sua suo suoi tua tuo vostra vostro your yours"
    ),
    "entitled": (
        "bonus diritto dovut* eligible entitled law legge owed right rights spetta"
    ),
    "agreed": (
        "accordi aderito agreed asked concordat* conferm* confirm* firmata firmato promess* promised "
        "requested richiesto signed sottoscritto"
    ),
    "price": (
        "prezzo prezzi price prices priced unlimited illimitat* gift gifts quote preventiv*"
    ),
    "our": (
        "nostr@ our ours notre nos nuestr@ unser*"
    ),
    "thing": (
        "address airplane backup browser button cable cache cavo codice computer contatt* contact* connected device* "
        "dispositiv* email etichetta fibbia file firmware foto icon icona impostazioni label leva light limit* lingua mail menu "
        "modalità mode network numero password photo pulsante rete router schermata screen seriale settings software spia step "
        "tap tasto temporale transfer* verific* verification version versione wifi"
    ),
    "step": (
        "apra apri app autorizz* approve clear click enter esca hold inserisc* install* leave legga log login off on press prem@ "
        "profile profilo register registri restart riavvi* riprov* salv* schiacci* scheda sezione spegn* step svuot* switch tab "
        "tenendo tocchi tolga turn unplug"
    ),
    "small_talk": (
        "andando auguri bocca bello buon@ buone congratulations fa felic* feste glad going good happy holidays luck lupo nice "
        "piacere salut* sleep tutto welcome"
    ),
    "rule": (
        "approved authority autorità comune comunale council decis@ decided delibera fees fissat@ impegnativa isee law listino list "
        "municipal* norma prevede provides quota region* regulator rule* set sportello standing stabilit@ surcharge tabella table "
        "tassa tax taxi"
    ),
    "ended": (
        "ended expired fin finit@ over scadut@ terminad@ terminat@ termino terminó endete ended beendet until prevedeva stopped"
    ),
}  # fmt: skip

# A text that names none of these sells nothing, whatever else it says: "Could you tell us which version you have?"
ADVANTAGES = frozenset(
    {
        "add", "best", "by_the_way", "buy", "currency", "discount", "exclusive", "free", "instead", "interest", "market", "new", "number",
        "offer", "our", "percent", "points", "price", "product", "refer", "renew", "save", "selling_emoji", "softener", "teaser", "upgrade",
    }
)  # fmt: skip


@lru_cache(maxsize=20_000)
def families(word: str) -> tuple[str, ...]:
    """The families that a word belongs to, in order; of an elided one ("l'offerta") those of its halves."""
    whole, beginnings = _tables()
    found = {*whole.get(word, ())}
    for length in range(2, min(len(word), 20) + 1):
        found.update(beginnings.get(word[:length], ()))
    if word[0].isdigit():
        found.add("number")
    if "'" in word:
        found.update(family for half in word.split("'") if half for family in families(half))
    return tuple(sorted(found))


@cache
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    whole: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    for family, listed in FAMILIES.items():
        for word in listed.split():
            if word.endswith("*"):
                beginnings[word[:-1]] = (*beginnings.get(word[:-1], ()), family)
                continue
            for ending in "aoie" if word.endswith("@") else ("",):
                form = word.removesuffix("@") + ending
                whole[form] = (*whole.get(form, ()), family)
    return whole, beginnings
