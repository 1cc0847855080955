"""Turns of phrase by which a company sells, and those by which it answers, refunds, confirms, asks and warns.

Words alone do not tell "Le attivo l'opzione che ha chiesto" from "Le attivo l'opzione, vuole?". A move is a pattern over one folded
sentence, Italian and English together. What a move weighs, alone or beside another one, is learnt like everything else.
"""

from __future__ import annotations

import re
from functools import cache

from ascolto.understanding.engine.offer_hints import HINTING, STATING

_PRICE = (
    r"(?:[€$£] ?\d[\d.,]{0,9}|\d[\d.,]{0,9} ?(?:€|\$|£|euro\b|eur\b|pounds\b|dollars\b|quid\b|p\b|cent)|(?:un|due|tre|pochi|few) euro\b|"
    r"a few (?:dollars|pounds|euros))"
)
_MONTH = (
    r"(?:al|a|/|ogni|per|each|every|l') ?(?:mese|anno|settimana|giorno|notte|month|mo\b|year|week|day|night|person|persona|user|"
    r"seat|utente)"
)

# fmt: off
_SELLING = {
    "price more": (
        rf"{_PRICE} (?:in più|extra|more\b|di più)|(?:in più|extra|an extra|another|just|only|soli|solo|appena|supplemento di) {_PRICE}|"
        r"(?:piccolo|"
        r"small) (?:supplement|extra)"
    ),
    "price a month": (
        rf"{_PRICE} ?(?:{_MONTH}|it costs|e via)|\d,\d\d {_MONTH}|mensil[ei]|yearly|annual[ei]?\b"
    ),
    "price from": (
        r"(?:a partire da|partiamo da|parte da|partono da|starts? (?:at|from)|from (?:as little as |only )?|\bda|now|ora|oggi|viene|"
        rf"weekend a|per soli) {_PRICE}"
    ),
    "price instead": (
        rf"{_PRICE} (?:instead|invece|anziché|contro)|(?:instead of|invece di|anziché|in luogo di) {_PRICE}|"
        rf"rather than {_PRICE}"
    ),
    "up to": (
        r"fino (?:a|al) (?:il )?(?:\d{1,9} ?%|\d{1,9} ?(?:euro|"
        r"€))|up to (?:\d{1,9} ?%|[£$€]\d{1,9}|\d{1,9})|-\d{1,9} ?%|\d{1,9} ?% (?:di sconto|in meno|off\b|"
        r"less|cheaper|indietro|back)|scont\w+ del \d{1,9}|(?:the )?\d\d?% discount"
    ),
    "cheaper": (
        r"metà prezzo|half.price|alla metà|la metà|half the|2 ?x ?1|3 ?x ?2|\b\d for \d\b|\d al prezzo|prendi \d|paghi \d|"
        r"buy (?:one|two|\d)|(?:un )?terzo in meno|a third|cost\w* meno|spend\w+ meno|paga\w* meno|cheaper|(?:far(?:le|ti|vi)? |"
        r"ris)risparmi|risparm\w+|saves? (?:you|up|around|money|\d|[$£€])|you'd save|work out|pay for itself|prezz\w+ (?:lancio|"
        r"special|bloccat|ridott|vantagg)|(?:blocc|lock|freeze|fix)\w* (?:il |the |your |in )?(?:prezzo|price|premio|this)"
    ),
    "gift with": (
        r"in (?:regalo|omaggio)|\bon us\b|(?:te|glie|ve) ?l[oaie] regal|(?:regaliamo|offriamo noi|paghiamo noi|offr\w+ noi|"
        r"paghi(?:amo)? noi)|we'll (?:cover|pay|give you|throw|match|fit|double)|throw in|free \w+ (?:when|with|if)|(?:mes[ei]|"
        r"settimane?|giorni|months?|weeks?|days?) (?:grat|free|di prova|offert)|(?:first|prim[oaie])\b.{0,22}(?:free|grat|half|met|"
        r"on us|senza canone|inclus|paghiamo)|come with a (?:reward|gift)|senza canone|no (?:monthly |annual )?fee\b.{0,20}(?:first|"
        r"year|if)|bonus (?:di )?(?:benvenuto|di|30|50)"
    ),
    "try it": (
        r"\bprov(?:a|i|ala|alo|are|arlo|arla|ate)\b.{0,40}(?:grat|premium|plus|pro\b|giorni|mese|nostr|nuov|version|serviz|notti)|"
        r"free (?:trial|for)|(?:day|month|week) trial|try (?:it|us|premium|our|every|the|for)|give .{0,20} a (?:go|try|whirl|"
        r"spin)|fancy tr|"
        r"(?:prova|demo|consulenza|sopralluogo|check-up|stima|preventivo)\w* (?:è )?(?:gratuit|senza impegno|grat)|free (?:demo|"
        r"quote|consultation|review|check|estimate|visit|survey)|set (?:you )?up (?:with )?a (?:demo|month)|organizziamo una demo|"
        r"(?:a|una) demo\b"
    ),
    "may I add": (
        r"\b(?:vuol[ei]|vuoi|volete|desideri?a?|le va|ti va|le andrebbe|posso|possiamo|mi autorizza|gliel[oaie]|te l[oaie]|l[oaie]|"
        r"la|lo) ?(?:che )?(?:gliel[oaie] |te l[oaie] |ve l[oaie] |le |ti )?(?:attiv|aggiung|abilit|inclu|blocc|prenot|ordin|prepar|"
        r"estend|mett|passa|calcol|aggiun|stipul|proced|raddopp|prend|provar|vendo)\w*.{0,60}\?"
    ),
    "shall I add": (
        r"\b(?:shall|should|can|could|may) (?:i|we) (?:just |also |go ahead and )?(?:add|switch|set|put you|put one|include|upgrade|"
        r"move you|book you|book it|reserve|order|sign|price|quote|pop|work it out|pencil|enrol|get you|make you|interest|tempt|"
        r"introduce|do it now|turn (?:it|them) on|tell you about|shout)\b.*\?|(?:want|would you like|'d like|like) me to (?:add|"
        r"switch|set|put|include|upgrade|move|book|reserve|order|sign|enable|activate|turn)|want to (?:see|know how|add|give|hear|"
        r"try|take the)|would you like to (?:add|upgrade|extend|know more|see today|see our|move|try|hear|join|include|switch)|"
        r"do you want it\?|how about (?!the|it)|say the word|just say"
    ),
    "interested": (
        r"\binteress(?:a|ano|erebbe|erebbero|i)\b.{0,80}\?|(?:sarebbe|saresti|sareste|fosse|foste) interessat|se (?:le|ti|"
        r"vi) interessa(?! sapere)|(?:può|potrebbe|possa) interessar|(?:would you be|if you(?:'re| are)|might be|ur|are you|if ur|"
        r"may be) interested(?! in (?:the|where|your))|interested\?|any interest|of interest|be open to|keen"
    ),
    "how about": (
        r"che ne (?:dic|pens|dir)|cosa ne (?:dic|pens)|fancy (?:a|an|try|chang|it|some)|curious|incurios|(?:ti|le|vi) (?:andrebbe|"
        r"piacerebbe|va) (?:di|un)|(?:le|vi|ti) (?:farebbe|fa) piacere (?:se le racc|conosc|ricev|sap)|avrebbe piacere|"
        r"would you be (?:open|available)|perch[eé] non (?:aggiung|ci port|prend|prov|pass|ven|abbin)|why not\b|how about\b|"
        r"what if we|che ne dir|e se ti dic|what do you think"
    ),
    "think of it": (
        r"(?:ha|hai|avete) (?:già |mai )?(?:pensato|provato|valutato|sentito|visto le nostre|considerato)|have you (?:ever |"
        r"already )?(?:thought|considered|heard|seen our|tried our|looked at)|have a think|ci pensi|ci faccia un pensiero|"
        r"pensi anche|keep us in mind|ci tenga presenti|tenga presente|bear in mind that with|valut(?:i|are|a) (?:la|il|anche|i |"
        r"le |l'|un|una|nostr)|consider(?:i|are|ing)? (?:la |il |our|an? )|non (?:ha|hai) ancora|don't have .{0,25} yet|"
        r"you may (?:find|want)|you might (?:like|want)"
    ),
    "propose": (
        r"(?:vorrei|volevo|vorremmo|possiamo|posso|potrei|ci permettiamo di|lieti di|mi permetta di|vi|le|ti|voglio|farle|mandarvi|"
        r"poss\w+ far) ?(?:propor|sottopor|presentar|illustrar|consigliar|suggerir|proponiamo|propongo|proporrei|una proposta|"
        r"una controproposta|un'offerta)\w*|(?:pleased|delighted|happy|like|glad) to (?:present|introduce|offer you|suggest|propose|"
        r"put together|set up a|show you)|introducing|counter.offer|make you an? |send over a proposal|no.obligation|"
        r"senza (?:alcun )?(?:impegno|obbligo)|su misura|tailored|proposta commerciale|right up your|fa (?:proprio )?al caso"
    ),
    "can offer": (
        r"(?:i|we) can offer you (?!two|three|a full|a refund|an identical|a replacement|a different|another)|(?:can|could) get you|"
        r"(?:le|ti|vi) (?:riserv|off?r)(?:iamo|o)\b|we(?:'d| would) like to offer (?:you|your)|riserv\w+ (?:a|per) (?:lei|te|voi|"
        r"chi)|for you:|(?:per|a) (?:lei|te|voi) (?:un|uno|abbiamo|il|sei|c'è|solo)|solo per (?:te|lei|voi|chi)|just for you|"
        r"(?:there's|there is) a (?:better|special|promotion|deal)|(?:c'è|abbiamo|ci sono|ci sarebbe|ho qui) (?:anche )?un(?:a|'|"
        r"o)? ?(?:promo|offert|sconto|sorpresa|soluzion|tariff|pian)\w*"
    ),
    "our product": (
        r"\b(?:il|la|lo|i|le|gli|un|una|del|della|dei|sul|sulla|con|dal|alla|ai|l[ao]) ?(?:nostr[oaie]) (?:nuov\w+|ultim\w+|"
        r"migli\w+|serviz\w+ (?:di|premium|plus)|offert\w+|polizz\w+|pian[oi]\b|tariff\w+|abbonament\w+|promo\w*|linea|catalogo|"
        r"soluzion\w+|cart[ae]\b|club|fondo|assicurazion\w+|prestit\w+|integrator\w+|pacchett\w+|collezion\w+|programma|app\b|"
        r"repeater|ripetitor\w+|fibra|fwa|newsletter)|\bour (?:new\w*|latest|full|home|family|travel|pet|life|teen|summer|winter|"
        r"spring|planned|yearly|annual|premium|pro|plus|gold|light|unlimited|easy|secure|growth|business|organic|mesh|accounting|"
        r"onboarding|reward\w*|loyalty|subscription|smart\w*|flexible|insurance|investment|pension|range|collection|mobile|biggest|"
        r"best|wi-fi|book|gift|members?\b|cover|deals|offers|sales|parking app|\w+ (?:plan|package|pass|tariff|range|card|cover|"
        r"deal|bundle|scheme|programme|subscription))\b"
    ),
    "we also have": (
        r"(?:abbiamo|facciamo|c'è|ci sono|trova|offriamo|disponibile) anche\b|da noi (?:il|la|parte|anche)|we (?:also|'ve also)|"
        r"we (?:do|run|have|build|stock) (?:a|an|also|interest|those|cases|full|home)|(?:we've|we have|abbiamo) (?:just |also |"
        r"appena |also just )*(?:launch|releas|lanciat|team|got cases|a fib|fatto una convenz)|we've a \w+ deal|è (?:partit|arrivat|"
        r"uscit)[oa] (?:la |il |l')|also (?:known|do|get|have|offer)\b|has landed|new (?:in|out)\b|is (?:here|out now)|"
        r"just (?:launched|in,|landed|out)|da oggi|è disponibile anche|all-new|"
        r"(?<!nessuna )(?<!senza )(?<!sono )novità\b|now available|new season|"
        r"nuov[aei] (?:collezion|apertur|arriv|linea|catalog)|new (?:arrivals|collection|catalogue)"
    ),
    "look at": (
        r"scopr(?:i|a|ite|irl[aoe]|ire)\b|(?:dia|dai|dare|date|dalle|dagli) (?:un'occhiata|uno sguardo)|discover\b|explore\b|"
        r"check (?:it )?out (?:our (?!help|status|faq|support|guide)|this week|these|the new|what)|check it out|(?:take|"
        r"have) a (?:quick )?look at (?:our|what|the|these|my)|have a look at (?:our|the new)|passa(?:te)? a trovar|(?:vieni|venga|"
        r"venite|torn[ai]) (?:a trovarci|in filiale|in negozio|da noi|con noi|entro)|(?:ti|vi|la) aspett(?:a|ano|"
        r"iamo) (?!.{0,20}(?:uscita|appuntamento))|come (?:back|and see)|pop in|see you in store|visit us|waiting for you|"
        r"what's new|in store and online|non (?:perder|si facc|ti far|lasciar)\w*|don't (?:miss|let this|forget to check)|ask (?:us|"
        r"at reception) (?:about|or)"
    ),
    "buy!": (
        r"(?:^|[,:;!?…👉🎁✨—–-] ?|\be |\band |\bor |ora |now |subito )(?:acquist[ai]|compra(?:ne)?|prenot[ai]|ordin[ai]|iscriviti|"
        r"si iscriva|abbon(?:ati|i)|approfitt[ai]|richied[ia](?:la|lo)?|registr(?:ati|arsi)|aggiung[ai]\b|sottoscriv[aei]|"
        r"sblocc[ai]|corri|affrettati|regala(?:ti)?|regalati|porta(?:ci|lo|la)? (?:un|il|la|chi|a casa)|invit[ai] |present[ai] un|"
        r"parla di noi|passa (?:a|al|alla) |passi (?:a|al|alla) |rinnov[ai]|estend[ia](?:la)?|convert[ai]|fiss[ia] un|"
        r"complet[ai] (?:il|l'a)|partite|scegli|prend[ai](?:ne)?\b|usal[ei]|riscatt[ai]|ricaric[ai]|accend[ia] un|affitt[ai]|"
        r"abbin[ai]|attiv(?:a|ala|alo|ali|i|i adesso|ila|ilo) (?:la prova|ora|subito|adesso|oggi|entro|l'opz|la promo|segret|e r|"
        r"le not)|buy|shop|grab|join (?:our|us|the|before|now|and|today)|sign up|subscribe|pre-?order|renew|redeem|treat your|"
        r"upgrade|unlock|refer|invite a|introduce a|trade in|apply (?:for|online|in|now)|register (?:here|and|now)|start (?:your|"
        r"a) (?:free|trial)|switch (?:to|on voice)|bundle|double|put home|enjoy (?:\d|our|more|the ben)|get (?:\d|the|your|it|a|an|"
        r"boiler|five|up|our|more)\b|add (?:\d|it to your b|next|travel|a |breakfast|elect|sports|five)|top up|earn|spend [£$€]|"
        r"book (?:by|now|your|time|it|here)|hire|fix your|fly from|protect your|order (?:yours|now|by|online)|open an?|"
        r"take (?:a green|out)|save|download our|tell your friends|turn (?:on|your miles|them)|use (?:them|code|the code)|run your|"
        r"pick up a)"
    ),
    "time limit": (
        r"(?:solo |valid[oaie] )?(?:entro|fino a|fino al|solo|before|by|until|till|ends?|only) (?:il \d{1,9}|oggi|domani|stasera|"
        r"domenica|lunedì|venerdì|sabato|giovedì|mezzanotte|fine mese|il mese|questa|today|tonight|midnight|this week|sunday|monday|"
        r"friday|the \d{1,9}|\d{1,9} (?:giugno|ore|hours))|(?:ultim[ie]|last) (?:giorni|ore|chance|days|pezzi|posti)|\d{1,9} hours only|"
        r"this week(?:end)?(?: only)?|questa settimana|questo mese|this month\b|esaurimento|posti limitati|ne (?:restano|è rimast)|"
        r"(?:places|left|space)\b.{0,12}(?:left|at this price)|hurry|today only|solo oggi|(?:fino a |until )?fine mese|ends? soon|"
        r"flash|black friday|cyber monday|saldi|sale\b|clearance|early.bird|while stocks"
    ),
    "suits you": (
        r"(?:le|ti|vi|gli) (?:conv(?:iene|errebbe)|far?ebbe comodo|consigli(?:o|amo|erei)|suggeri(?:sco|amo|rei)|servirebbe|"
        r"proporrei|piacer\w+ anche)|(?:would|might|may|could|'d) (?:suit you|be better|be useful|make sense|work out|give you|"
        r"fix that|reach every|cover the|like our|love our)|i'd (?:recommend|suggest|go for|highly)|we(?:'d)? recommend our|"
        r"better value|(?:you'd|you could|you would) (?:save|get|have|earn|never|be able|no longer|lock|consider)|(?:avrebbe|"
        r"avreste|avresti|spenderebbe|spendereb|pagherebbe|risparmierebbe|non pagherebbe|coprirebbe|potrebbe (?:valut|piacer|esser|"
        r"aver)|eviterebbe)|fossi in|if i were you|potrebbe esserle utile|perfett[oaie] per (?:chi|te|lei)|ideal[ei] per|"
        r"never worry|so you('ll)? never|never pay|non ci pens|senza pensieri|peace of mind|worry.free"
    ),
    "as customer": (
        r"(?:come|in quanto|in qualità di|da) (?:nostr[oa] )?(?:client|correntist|abbonat|soci[oa])\w*|as (?:a|an|our|"
        r"one of our) (?:\w+ )?(?:customer|member|policyholder|client|subscriber)|per (?:i|le|chi|chi ha|chi è|gli) (?:client|"
        r"nostri|già|ha|è|viaggia|resta|abbonat)\w*|ai (?:nostri )?(?:già )?clienti|customers like you|(?:for|"
        r"to) (?:our )?(?:members|existing|new|loyal|account holders)|account holders|members.only|riservat[oaie] (?:a|ai|alle|ha)|"
        r"selezionat|eligible for a (?:special|deal)|pre-approved|molti (?:clienti|di quelli)|chi ha (?:acquistato|preso|scelto)|"
        r"(?:many|most) (?:customers|people)|customers who|people who|already chosen|hanno (?:già )?scelto|le famiglie"
    ),
    "stay": (
        r"se (?:resta|rimane|resti|rimani|ci ripensa|decide di (?:rest|riman))|resta(?:re|i)? con noi|if you (?:stay|"
        r"decide to stay)|stay with us|change your mind and|prima di (?:disdire|procedere|chiudere il contratto|salutarti)|"
        r"before (?:i cancel|you go|we close|you leave)|(?:dispiace|sorry)\b.{0,25}(?:andar|leave|see you go)|perch[eé] andarsene|"
        r"to think it over|per ripensarci|we miss you|non ordini da|torn[ai] (?:con|da) noi|come back"
    ),
    "sales call": (
        r"(?:un|una|nostr[oi]|one of our|our) (?:\w+ )?(?:consulent[ei]|incaricat[oi]|advis[eo]rs?|gestore|representatives?|"
        r"commercial[ei])|ufficio commerciale|sales team|(?:fare|faccio|farle|faccia|mandare|calcolare|prepar\w+|"
        r"facciamo) (?:avere )?un (?:preventivo|stima)|(?:give|arrange|get) (?:you )?a (?:\w+ )?quote|happy to (?:arrange|set)|"
        r"(?:mand|invi|gir)\w+ (?:qualche |le |due |più )?(?:informazion|condizion|righe)\w* (?:su|sul)|(?:send|tell) you (?:some|"
        r"more|about|our)(?! the)|more about our|send pricing|(?:le|ti|vi) (?:racconto|spiego come funz)|per raccontar|parlar(?:le|"
        r"ti|ne)|ne vogliamo parlare|ne parliamo|vuole (?:sentir|saper)|preventivo\?|want to hear|per vedere insieme|see together"
    ),
    "refer": (
        r"(?:invit|present|port|cons|parl|tell|refer|introduc|recommend|share)\w* .{0,14}(?:amic|friend|colleg|colleague|"
        r"un nuovo socio|us\b|your link)|(?:amic[io]|friends?|someone|qualcuno)\b.{0,30}(?:interessat|interested|who'd|che camb)|"
        r"per (?:ogni|ciascun\w*) (?:nuov|amico|iscritt|contratt|che)|for (?:each|every) (?:one|friend|contract|new)|"
        r"con il suo codice|with your code|tuo codice|a entrambi|you both|e vi "
    ),
    "aside": (
        r"già che|visto che|dato che|dimenticavo|a proposito|tra l'altro|approfitt|col(?:go|gliamo) l'occasione|\bp\.? ?s\b|"
        r"comunque,? (?:se|giusto|le)|\bintanto\b|nel frattempo|meanwhile|by the way|\bbtw\b|incidentally|while (?:i'm|i've|we|"
        r"you wait|i have)|since you|seeing as|just so you know|did you know|l[oa] sapev|sapev[ai]|one (?:more|last) thing|"
        r"un'ultima cosa|\boh,? and|\bah,? e|to mention|should mention|also like to|inoltre|infine|finally|opportunity|cogliere|"
        r"le (?:segnalo|ricordo|anticipo|informo)|la informo|take the opportunity|just saying|x curios|out of curios|nearly forgot|"
        r"not sure if|non so se|now that|ora che"
    ),
    "if you like": (
        r"\bse (?:vuole|vuoi|volete|le interessa|ti va|le va|mai|un (?:giorno|domani)|le fa piacere|preferisce|desidera|pass[ai]|"
        r"prend[ei]|unisc[ei]|aggiung[ei]|ti abbon[ai]|vi serve|cerca|le piacc\w+)|if you (?:ever|like|want|fancy|go for|join|put|"
        r"'d like|need|pay|would like|merged)|if you're (?:interested|looking)|in case you|senza impegno|no rush|whenever you|"
        r"quando vuole|let me know|mi dica se|just reply|volendo|chi si iscrive|if it's"
    ),
    "move up": (
        r"(?:pass(?:are|a|i|ando|aggio|arla|ato|assi)|sal(?:ire|endo|ga)) (?:a|al|alla|all'|alle|ad|ai)\b|(?:upgrad\w+|switch\w*|"
        r"mov(?:e|ing)|going|go|step) (?:you )?(?:to|up|over|onto|plus|fixed|pro)\b|fare il (?:passaggio|salto)|taking the leap|"
        r"l'upgrade|put you on|port(?:are|aci|i) anche|(?:aggiungendo|adding|abbinando|unendo|unire|unisce|aggiungi|insieme (?:a|al|"
        r"costano))\b|bring your|estender(?:la|lo)|estend(?:endola|ila)|extend (?:your|the) (?:warranty|cover)"
    ),
    "answer yes": (
        r"(?:rispond(?:a|i|endo)|reply|text|scriv[ia]|digit[ai]|le basta rispondere|replying) (?:con )?(?:sì|si\b|ok|yes|1\b|"
        r"a questa|to this|y\b)|(?:cod(?:ice|e)|code) (?:[a-z]+\d{1,9}|below|che le)|click(?:a|chi|ca)? (?:qui|here)|il link (?:alle|"
        r"ai)|link to our|👉|\[(?:sì|yes)\]"
    ),
    "points": (
        r"(?:usal[ei]|spend(?:ili|ere)|hai|has|hai|con i|with your|earn|guadagn\w+|accumul\w+|redeem|riscatt\w+) .{0,14}(?:punti|"
        r"points|miglia|miles|timbr|stamps|rewards)|(?:punti|points|miglia|miles|stelline|stars) (?:doppi|waiting|che scad|about to|"
        r"are about)|(?:manca|mancano|ti mancano|le manca|away from|one more|solo \d) .{0,20}(?:punt|timbr|livell|stell|stamp|"
        r"silver|argento|vantagg)|double (?:stamps|points)|unlock your|fidelity|(?:join|iscriv\w+) .{0,15}(?:loyalty|carta|card|"
        r"programma|club|newsletter)"
    ),
}
_ANSWERING = {
    "we did": (
        r"\b(?:ho|abbiamo|l'abbiamo|l'ho|ti ho|le ho|gliel'ho) (?:già |appena |anche |inoltre |subito )?(?!anche|un|una|pensato|"
        r"lanciato|visto|notato|una|dei)[a-z]+(?:at|it|ut|es|ert|ost|ess|ett|ott|os|ers|iest|iuso|olt)[oaie]\b|(?:è|sono|viene|"
        r"verrà|vengono|verranno|sarà) (?:stat[oaie] )?(?:già )?(?:accreditat|rimborsat|registrat|conferm|inviat|applicat|attivat|"
        r"disattivat|annullat|risolt|spost|chius|aggiornat|completat|accolt|res[oa]|storn|caricat|eseguit)[a-z]*|\b(?:i've|we've|"
        r"i have|we have|has been|have been|was|were|'s been|been) (?:just |also |already |now )?(?!launched|released|teamed|"
        r"just launched|put together|got|come up|reviewed|a\b|an\b)[a-z]+(?:ed|ent|ept|en|ut|ade|one|id)\b"
    ),
    "as asked": (
        r"(?:come|secondo) (?:da )?(?:richiest|concordat|d'accordo|indicat|promess|previst|sua|vostra|suo|ci (?:aveva|ha)|mi ha|"
        r"ha chiesto|lei|scelt|da lei)\w*|(?:che|da lei) (?:mi |ci )?(?:ha|hai|avete|aveva|avevi|avevamo) (?:già )?(?:acquistat|"
        r"comprat|richiest|chiest|prenotat|ordinat|sottoscritt|attivat|scelt|avut|indicat|firmat|disdett|aggiunt|usat|compilat|"
        r"pagat)\w*|(?:richiest|sottoscritt)[oa] (?:da|ieri|stamattina|il)|as (?:requested|agreed|you (?:asked|chose|requested)|"
        r"promised|ordered|set out|stated|announced|required|per)|you(?:'ve)? (?:asked|requested|chose|bought|booked|ordered|"
        r"took out|signed|purchased|cancelled|used|received)\b|requested by|you already|hai già comprat"
    ),
    "you have": (
        r"(?:il|la|lo|i|le) (?:su[oaie]i?|tu[oaie]i?|vostr[oaie]) [a-zà-ù0-9 ]{2,30} (?:attuale|è |sono|comprend|preved|si rinnov|"
        r"scade|scadrà|copre|include|vale|resta|parte|costa|prevede|permett|consente)|\blei ha (?!già pensato)|\bhai (?:già )?(?:il|"
        r"la|ancora)|your (?:current|existing) |your [a-z0-9 ]{2,30} (?:is|are|includes?|comes|covers?|renews?|runs|ends|costs|"
        r"allows|already|stays|will|must|has|have|can)\b|you(?:'re| are) (?:currently |already )?(?:on the|on )|you have\b|"
        r"già (?:compres|inclus|attiv|previst|disponib|pag)\w*|already (?:included|active|paid|comes|on|in|applied|there)|(?:is|are|"
        r"sono|è|compres[oaie]|inclus[oaie]) (?:in|included in|part of|nel|nella|dalla|coperta) (?:your|the warr|suo|sua|tuo|"
        r"garanzia)|covered by|nel (?:suo|tuo|vostro)|in your (?:account|plan|contract)|che ha (?:oggi|ora|adesso|in)|che hai (?:tu|"
        r"già)|con la sua polizza"
    ),
    "pays back": (
        r"rimbors\w+|storn\w+|(?:ri)?accredit(?!a lo stip|i lo)\w*|restitu\w+|rend(?:iamo|o|eremo)\b|ridat\w|ridiam\w|risarc\w+|"
        r"indennizz\w+|refund\w*|credited|crediting|reimburs\w+|g(?:ive|ave) you back|money back|taken? (?:it |the )?[£$€\d]* ?off|"
        r"come off your|returned to you|credit note|nota di credito|compensat\w+|owed|the difference|la differenza|waiv\w+|"
        r"non (?:era|erano) dovut"
    ),
    "nothing to pay": (
        r"non (?:paga|paghi|pagherà|si paga|le (?:verrà|viene|verranno) addebit|ti verrà|le addebit|deve (?:pagare|fare nulla|"
        r"firmare|inviar)|dovrà|ci sono penali|comporta|costa nulla|cambia)|senza (?:costi|spese|penali|oneri|supplement|che debba|"
        r"pagare|interessi)|gratuitamente|nessuna spesa|a (?:nostro|suo) carico|nothing to pay|(?:free of|without|at no|"
        r"no) (?:extra |additional )?(?:charge|cost|penalty)|won't (?:be charged|charge|pay|cost)|don't (?:have to|need to|pay)|"
        r"needn't|no exit fee|non deve|(?:è|sono) gratuit[oaie]|is free\b|are free\b|gratuito e|it's free"
    ),
    "is over": (
        r"(?:è|sono|era|risulta|erano) (?:ormai |già )?(?:finit|terminat|scadut|conclus|esaurit|utilizzat|sospes|ritirat)[oaie]|"
        r"(?:has|have|had)? ?(?:ended|expired|finished)\b|(?:is|are) over|non è (?:più |ancora )?(?:attivabil|valid|cumulabil|"
        r"retroattiv|disponibil|applicat)|can't be|cannot be|no longer|non (?:compare|risulta|veniva|vendiamo|è stato)|wasn't|"
        r"weren't|doesn't appear|isn't|already been used|only valid|valeva solo|valido solo fino a ieri|out of stock|sold out|"
        r"discontinued|vale(?:va)? (?:una|solo)"
    ),
    "law and term": (
        r"ai sensi|per legge|by law|reced\w+|recess[oi]|previst[oaie] (?:dal|dalla|per)|required (?:to|by)|withdraw|cancel within|"
        r"quattordici giorni|14 (?:giorni|days)|(?:ha |hai |avere )?diritto|entitled|obblig\w+|legal|disdetta (?:entro|è|va)|"
        r"penalit|as set out|condizioni restano|unless you|salvo disdetta|automaticamente|automatically|preavviso|notice\b|"
        r"variazione contrattuale|from \d{1,9} \w+ (?:the|your)|dal 1|regolamento|the rules"
    ),
    "steps": (
        r"\b(?:prem[ai]|tocch?i|tap|press|hold|click (?:on )?(?:un|the)|vada (?:in|su)|vai (?:in|su)|go to|settings|impostazioni|"
        r"area clienti|menu\b|riavvi\w*|restart\w*|reinstall\w*|log (?:in|out)|sign in|inserisc\w+|enter the|firmware|unplug|"
        r"under (?:my|settings|account)|trov[ai] (?:l'etich|la|il|lo)|apr[ia] l'app|open the app|sezione|reset|pulsante|button|cavo|"
        r"cable|spia|the light)\b"
    ),
    "asks data": (
        r"mi (?:conferma|manda|può (?:dire|indicar|inviar)|invia|dice|mandi|dica (?!se))|può (?:indicar|inviar|mandar|dir|provar|"
        r"ripeter)\w*|ci (?:mand|scriv|indic|invi)[ai]|could you|can you|(?:please|pls) (?:send|dm|confirm|provide|check|let us)|"
        r"let us know|\bdm\b|in privato|qual[ei]? (?:è|era|versione|dei)|which\b|what(?:'s| is| was) (?:the|your)|(?:quando|"
        r"da quando|when) (?:ha|did|le|does)|have you (?:tried|had a)|ha (?:già )?provato a|ho bisogno di|we need|serv(?:e|"
        r"ono) (?:il|i|un|la)|numero d'ordine|order number|account number|codice (?:cliente|fiscale)|preferisce (?:il|ess|la)|"
        r"(?:would|do) you (?:rather|prefer)|rephrase|altre parole"
    ),
    "asks opinion": (
        r"da (?:0|1|uno|zero) a \d{1,9}|0 to 10|1 to 5|how (?:did we|likely)|sondaggio|survey|(?:valut\w+|rate) (?:l'assist|il nostro|"
        r"the support|your)|recension|review\b|feedback|parere|cosa (?:pensa della|ne pensa della|avremmo)|what you thought|"
        r"ci aiut\w+ a miglior|com'è andata|hear what you|quanto consiglier|ci consiglierebbe"
    ),
    "courtesy": (
        r"buon[ao]? (?:giornata|serata|weekend|domenica|fine|viaggio|lavoro)|have a (?:great|nice|lovely|good)|cordiali|distinti|"
        r"regards|best wishes|yours|welcome|di nulla|figur|grazie (?:mille|per|a)|thank|a presto|take care|restiamo a disposizione|"
        r"resto a disposizione|anything else|altro modo|in che (?:cosa|modo)|how can i help|posso (?:aiutar|esser)|come posso|"
        r"what can we do|happy to help|siamo qui|we're here|glad to hear|enjoy the|attimo|bear with|hold"
    ),
    "says no": (
        r"non (?:le |ti |vi )?(?:consiglio|conviene|serve|occorre|deve (?:acquist|compr|attiv)|c'è (?:bisogno|altro|niente)|"
        r"vendiamo|offriamo|sto cercando|le conviene cambiar|siamo noi|chiederemo)|no need|don't (?:sell|offer|need|worry|click)|"
        r"wouldn't (?:move|save|switch)|not (?:trying|worth)|isn't (?:worth|us|ours)|never (?:ask|call)|non (?:aprite|apra|"
        r"risponda)|nessuno (?:la |ti )?(?:obblig|può)|nobody can|(?:niente|no) più|no more (?:sales|market)|promozional|marketing|"
        r"pubblicitari"
    ),
    "answers": (
        r"per rispondere|in risposta|alla sua domanda|to answer|(?:^|[.!] )(?:sì|yes|no|esatto|corretto|right|yep|certo)\b,?|"
        r"come (?:mi|ci) ha chiesto|che mi ha chiesto|you asked|tabella|ecco (?:il|la|perch)|here's the (?!link)|which is (?:why|"
        r"where)|per questo|perciò|perché|because|due to|depends|dipende|means|significa|si tratta|capisco|understand|"
        r"ho (?:controllat|verificat|parlat|ascoltat)|i've (?:checked|spoken|listened)"
    ),
    "states a price": (
        r"(?:costa|costano|costs?|paga|pagano|pay|is|are|è di|sono|a|ammonta a|prezzo|price|fee|tariffa|importo|totale|total|canone|"
        rf"rata|premio|commission\w+)(?: è)?(?: di)? {_PRICE}"
    ),
    "will come": (
        r"(?:riceverà|riceverai|troverà|troverai|arriva|arriverà|arrivano|vedrà|lo vedrà|partirà|parte|sarà|saranno|passerà|verrà|"
        r"visibile)\b|you'll (?:receive|see|find|hear)|will (?:be|arrive|reach|come|call|go|ring|not|take|swap)|should (?:be|arrive|"
        r"reach)|is due|are due|(?:entro|within) (?:\w+ )?(?:\d{1,9}|cinque|tre|due|sette|three|five|seven|dieci|ten|"
        r"a week)(?: or \w+)? (?:giorni|days|working|lavorativi)|working days|out for delivery|in consegna|scade (?:il|tra|domani)|"
        r"expires"
    ),
    "case": (
        r"pratica|reclam\w+|segnalazion\w+|(?<!season )ticket|your case|the case|complaint|guasto|fault|tecnico|engineer|ripar\w+|"
        r"repair\w*|"
        r"sinistro|claim\b|pacco|parcel|corriere|courier|driver|ordine|order\b|contatore|meter|bollett\w+|\bbill\b|fattur\w+|"
        r"invoice|instal?lment|appuntament\w+|appointment|magazzino|warehouse|serial|account number|perito|assessor|confermat[oa]|"
        r"confirmed|registrat[oa]|logged|attached|allegat[oaie]"
    ),
    "help page": (
        r"(?:help|support|this|the|following) (?:article|page|guide|link|center|centre|form|site)|(?:article|page|guide|info|"
        r"information|details|steps|tips)\b.{0,40}(?:here|⇗)|more (?:info|information|details|help)|learn more|read more|faq|"
        r"troubleshoot\w*|following steps|(?:articolo|pagina|guida|modulo|istruzioni|passaggi|indicazioni|informazioni|dettagli|"
        r"elenco)\b.{0,40}(?:qui|⇗|:)|status page|report (?:it|an)|best practices|community|forums?\b|careers|steps|common fixes|"
        r"terms"
    ),
    "keeps helping": (
        r"hope (?:this|it|that)|keep us posted|let us (?:know|see)|reach (?:out|us|them)|dm (?:us|our|away)|we're here|look into|"
        r"take a look\b(?! at (?:our|the new))|tweet away|fac(?:ci|cia) sapere|facci|dicci|(?:get|getting) in touch|"
        r"thanks for (?:the|your|reaching|getting)|glad to|happy to help|the (?:issue|problem|error)|your issue|(?:issue|problem|"
        r"error|errore|problema)s?\b|pass (?:your|on|it)|passed (?:it|on)|does it happen|succede|^@|your (?:account|device|phone|"
        r"console|browser|app)|(?:secure|safe|security|hack|protection)\w*|beta|screenshot"
    ),
    "fraud": (
        r"truff\w+|scam|fraud|fals[iaoe]\b|fint[iaoe]\b|fake|phish|sospett\w+|unusual|suspicious|diffid\w+|beware|wary|clone|"
        r"attenzione|rubat|stolen|pin\b|passcode|password"
    ),
    "sorry": (
        r"scus\w+|sorry|apolog\w+|dispiace|spiace|mortificat|rincresce|disagio|disguid|colpa|error[ei]|mistake|mix-up|purtroppo|"
        r"afraid|unfortunately"
    ),
}
# fmt: on
MOVES = _SELLING | HINTING | _ANSWERING | STATING
# Those that may sell; "refer" also asks for an opinion, "if you like" and "aside" are as common in plain answers.
SELLING = frozenset(_SELLING | HINTING) - {
    "refer",
    "if you like",
    "aside",
    "to leaf through",
    "one step more",
}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in MOVES.items())


def moves_in(sentence: str) -> list[tuple[str, int, int]]:
    """The moves of one folded sentence, each once, with the place of the characters that make it."""
    return [
        (name, found.start(), found.end())
        for name, pattern in _patterns()
        if (found := pattern.search(sentence))
    ]
