"""Turns of phrase by which a company sells, and those by which it answers, refunds, confirms, asks and warns.

Words alone do not tell "Le attivo l'opzione che ha chiesto" from "Le attivo l'opzione, vuole?". A move is a pattern over one folded
sentence, Italian and English together. What a move weighs, alone or beside another one, is learnt like everything else.
"""

from __future__ import annotations

import re
from functools import cache

_PRICE = (
    r"(?:[€$£] ?\d[\d.,]*|\d[\d.,]* ?(?:€|\$|£|euro\b|eur\b|pounds\b|dollars\b|quid\b|p\b|cent)|(?:un|due|tre|"
    r"pochi|few) euro\b|a few (?:dollars|pounds|euros))"
)
_MONTH = (
    r"(?:al|a|/|ogni|per|each|every|l') ?(?:mese|anno|settimana|giorno|notte|month|mo\b|year|week|day|night|"
    r"person|persona|user|seat|utente)"
)

# fmt: off
MOVES = {
    # --- that sell
    "price more": (
        rf"{_PRICE} (?:in più|extra|more\b|di più)|(?:in più|extra|an extra|another|just|only|soli|solo|appena|"
        rf"supplemento di) {_PRICE}|(?:piccolo|small) (?:supplement|extra)"
    ),
    "price a month": (
        rf"{_PRICE} ?(?:{_MONTH}|it costs|e via)|\d,\d\d {_MONTH}|mensil[ei]|yearly|annual[ei]?\b"
    ),
    "price from": (
        r"(?:a partire da|partiamo da|parte da|partono da|starts? (?:at|from)|from (?:as little as |only )?|\bda|"
        rf"now|ora|oggi|viene|weekend a|per soli) {_PRICE}"
    ),
    "price instead": (
        rf"{_PRICE} (?:instead|invece|anziché|contro)|(?:instead of|invece di|anziché|in luogo di) {_PRICE}|rather than {_PRICE}"
    ),
    "up to": (
        r"fino (?:a|al) (?:il )?(?:\d+ ?%|\d+ ?(?:euro|€))|up to (?:\d+ ?%|[£$€]\d+|\d+)|-\d+ ?%|"
        r"\d+ ?% (?:di sconto|in meno|off\b|less|cheaper|indietro|back)|scont\w+ del \d+|(?:the )?\d\d?% discount"
    ),
    "cheaper": (
        r"metà prezzo|half.price|alla metà|la metà|half the|2 ?x ?1|3 ?x ?2|\b\d for \d\b|\d al prezzo|prendi \d|"
        r"paghi \d|buy (?:one|two|\d)|(?:un )?terzo in meno|a third|cost\w* meno|spend\w+ meno|paga\w* meno|cheaper|"
        r"(?:far(?:le|ti|vi)? |ris)risparmi|risparm\w+|saves? (?:you|up|around|money|\d|[$£€])|you'd save|work out|"
        r"pay for itself|prezz\w+ (?:lancio|special|bloccat|ridott|vantagg)|(?:blocc|lock|freeze|fix)\w* (?:il |"
        r"the |your |in )?(?:prezzo|price|premio|this)"
    ),
    "gift with": (
        r"in (?:regalo|omaggio)|\bon us\b|(?:te|glie|ve) ?l[oaie] regal|(?:regaliamo|offriamo noi|paghiamo noi|"
        r"offr\w+ noi|paghi(?:amo)? noi)|we'll (?:cover|pay|give you|throw|match|fit|double)|throw in|"
        r"free \w+ (?:when|with|if)|(?:mes[ei]|settimane?|giorni|months?|weeks?|days?) (?:grat|free|di prova|"
        r"offert)|(?:first|prim[oaie])\b.{0,22}(?:free|grat|half|met|on us|senza canone|inclus|paghiamo)|"
        r"come with a (?:reward|gift)|senza canone|no (?:monthly |annual )?fee\b.{0,20}(?:first|year|if)|"
        r"bonus (?:di )?(?:benvenuto|di|30|50)"
    ),
    "try it": (
        r"\bprov(?:a|i|ala|alo|are|arlo|arla|ate)\b.{0,40}(?:grat|premium|plus|pro\b|giorni|mese|nostr|nuov|version|"
        r"serviz|notti)|free (?:trial|for)|(?:day|month|week) trial|try (?:it|us|premium|our|every|the|for)|"
        r"give .{0,20} a (?:go|try)|fancy tr|(?:prova|demo|consulenza|sopralluogo|check-up|stima|"
        r"preventivo)\w* (?:è )?(?:gratuit|senza impegno|grat)|free (?:demo|quote|consultation|review|check|"
        r"estimate|visit|survey)|set (?:you )?up (?:with )?a (?:demo|month)|organizziamo una demo|(?:a|una) demo\b"
    ),
    "may I add": (
        r"\b(?:vuol[ei]|vuoi|volete|desideri?a?|le va|ti va|le andrebbe|posso|possiamo|mi autorizza|gliel[oaie]|"
        r"te l[oaie]|l[oaie]|la|lo) ?(?:che )?(?:gliel[oaie] |te l[oaie] |ve l[oaie] |le |ti )?(?:attiv|aggiung|"
        r"abilit|inclu|blocc|prenot|ordin|prepar|estend|mett|passa|calcol|aggiun|stipul|proced|raddopp|prend|provar|"
        r"vendo)\w*.{0,60}\?"
    ),
    "shall I add": (
        r"\b(?:shall|should|can|could|may) (?:i|we) (?:just |also |go ahead and )?(?:add|switch|set|put you|put one|"
        r"include|upgrade|move you|book you|book it|reserve|order|sign|price|quote|pop|work it out|pencil|enrol|"
        r"get you|make you|interest|tempt|introduce|do it now|turn (?:it|them) on|tell you about|shout)\b.*\?|"
        r"(?:want|would you like|'d like|like) me to (?:add|switch|set|put|include|upgrade|move|book|reserve|order|"
        r"sign|enable|activate|turn)|want to (?:see|know how|add|give|hear|try|take the)|would you like to (?:add|"
        r"upgrade|extend|know more|see today|see our|move|try|hear|join|include|switch)|do you want it\?|"
        r"how about (?!the|it)|say the word|just say"
    ),
    "interested": (
        r"\binteress(?:a|ano|erebbe|erebbero|i)\b.{0,80}\?|(?:sarebbe|saresti|sareste|fosse|foste) interessat|"
        r"se (?:le|ti|vi) interessa(?! sapere)|(?:può|potrebbe|possa) interessar|(?:would you be|if you(?:'re| are)|"
        r"might be|ur|are you|if ur|may be) interested(?! in (?:the|where|your))|interested\?|any interest|"
        r"of interest|be open to|keen"
    ),
    "how about": (
        r"che ne (?:dic|pens|dir)|cosa ne (?:dic|pens)|fancy (?:a|an|try|chang|it|some)|curious|incurios|(?:ti|le|"
        r"vi) (?:andrebbe|piacerebbe|va) (?:di|un)|(?:le|vi|ti) (?:farebbe|fa) piacere (?:se le racc|conosc|ricev|"
        r"sap)|avrebbe piacere|would you be (?:open|available)|perch[eé] non (?:aggiung|ci port|prend|prov|pass|ven|"
        r"abbin)|why not\b|how about\b|what if we|che ne dir|e se ti dic|what do you think"
    ),
    "think of it": (
        r"(?:ha|hai|avete) (?:già |mai )?(?:pensato|provato|valutato|sentito|visto le nostre|considerato)|"
        r"have you (?:ever |already )?(?:thought|considered|heard|seen our|tried our|looked at)|have a think|"
        r"ci pensi|ci faccia un pensiero|pensi anche|keep us in mind|ci tenga presenti|tenga presente|"
        r"bear in mind that with|valut(?:i|are|a) (?:la|il|anche|i |le |l'|un|una|nostr)|consider(?:i|are|"
        r"ing)? (?:la |il |our|an? )|non (?:ha|hai) ancora|don't have .{0,25} yet|you may (?:find|want)|"
        r"you might (?:like|want)"
    ),
    "propose": (
        r"(?:vorrei|volevo|vorremmo|possiamo|posso|potrei|ci permettiamo di|lieti di|mi permetta di|vi|le|ti|voglio|"
        r"farle|mandarvi|poss\w+ far) ?(?:propor|sottopor|presentar|illustrar|consigliar|suggerir|proponiamo|"
        r"propongo|proporrei|una proposta|una controproposta|un'offerta)\w*|(?:pleased|delighted|happy|like|"
        r"glad) to (?:present|introduce|offer you|suggest|propose|put together|set up a|show you)|introducing|"
        r"counter.offer|make you an? |send over a proposal|no.obligation|senza (?:alcun )?(?:impegno|obbligo)|"
        r"su misura|tailored|proposta commerciale|right up your|fa (?:proprio )?al caso"
    ),
    "can offer": (
        r"(?:i|we) can offer you (?!two|three|a full|a refund|an identical|a replacement|a different|another)|"
        r"(?:can|could) get you|(?:le|ti|vi) (?:riserv|off?r)(?:iamo|o)\b|we(?:'d| would) like to offer (?:you|"
        r"your)|riserv\w+ (?:a|per) (?:lei|te|voi|chi)|for you:|(?:per|a) (?:lei|te|voi) (?:un|uno|abbiamo|il|sei|"
        r"c'è|solo)|solo per (?:te|lei|voi|chi)|just for you|(?:there's|there is) a (?:better|special|promotion|"
        r"deal)|(?:c'è|abbiamo|ci sono|ci sarebbe|ho qui) (?:anche )?un(?:a|'|o)? ?(?:promo|offert|sconto|sorpresa|"
        r"soluzion|tariff|pian)\w*"
    ),
    "our product": (
        r"\b(?:il|la|lo|i|le|gli|un|una|del|della|dei|sul|sulla|con|dal|alla|ai|l[ao]) ?(?:nostr[oaie]) (?:nuov\w+|"
        r"ultim\w+|migli\w+|serviz\w+ (?:di|premium|plus)|offert\w+|polizz\w+|pian[oi]\b|tariff\w+|abbonament\w+|"
        r"promo\w*|linea|catalogo|soluzion\w+|cart[ae]\b|club|fondo|assicurazion\w+|prestit\w+|integrator\w+|"
        r"pacchett\w+|collezion\w+|programma|app\b|repeater|ripetitor\w+|fibra|fwa|newsletter)|\bour (?:new\w*|"
        r"latest|full|home|family|travel|pet|life|teen|summer|winter|spring|planned|yearly|annual|premium|pro|plus|"
        r"gold|light|unlimited|easy|secure|growth|business|organic|mesh|accounting|onboarding|reward\w*|loyalty|"
        r"subscription|smart\w*|flexible|insurance|investment|pension|range|collection|mobile|biggest|best|wi-fi|"
        r"book|gift|members?\b|cover|deals|offers|sales|parking app|\w+ (?:plan|package|pass|tariff|range|card|"
        r"cover|deal|bundle|scheme|programme|subscription))\b"
    ),
    "we also have": (
        r"(?:abbiamo|facciamo|c'è|ci sono|trova|offriamo|disponibile) anche\b|da noi (?:il|la|parte|anche)|"
        r"we (?:also|'ve also)|we (?:do|run|have|build|stock) (?:a|an|also|interest|those|cases|full|home)|(?:we've|"
        r"we have|abbiamo) (?:just |also |appena |also just )*(?:launch|releas|lanciat|team|got cases|a fib|"
        r"fatto una convenz)|we've a \w+ deal|è (?:partit|arrivat|uscit)[oa] (?:la |il |l')|also (?:known|do|get|"
        r"have|offer)\b|has landed|new (?:in|out)\b|is (?:here|out now)|just (?:launched|in,|landed|out)|da oggi|"
        r"è disponibile anche|all-new|novità\b|now available|new season|nuov[aei] (?:collezion|apertur|arriv|linea|"
        r"catalog)|new (?:arrivals|collection|catalogue)"
    ),
    "look at": (
        r"scopr(?:i|a|ite|irl[aoe]|ire)\b|(?:dia|dai|dare|date|dalle|dagli) (?:un'occhiata|uno sguardo)|discover\b|"
        r"explore\b|check out (?!the status)|(?:take|have) a (?:quick )?look at (?:our|what|the|these|my)|"
        r"have a look at (?:our|the new)|passa(?:te)? a trovar|(?:vieni|venga|venite|torn[ai]) (?:a trovarci|"
        r"in filiale|in negozio|da noi|con noi|entro)|(?:ti|vi|la) aspett(?:a|ano|iamo) (?!.{0,20}(?:uscita|"
        r"appuntamento))|come (?:back|and see)|pop in|see you in store|visit us|waiting for you|what's new|"
        r"in store and online|non (?:perder|si facc|ti far|lasciar)\w*|don't (?:miss|let this|forget to check)|"
        r"ask (?:us|at reception) (?:about|or)"
    ),
    "buy!": (
        r"(?:^|[,:;!?…👉🎁✨—–-] ?|\be |\band |\bor |ora |now |subito )(?:acquist[ai]|compra(?:ne)?|prenot[ai]|"
        r"ordin[ai]|iscriviti|si iscriva|abbon(?:ati|i)|approfitt[ai]|richied[ia](?:la|lo)?|registr(?:ati|arsi)|"
        r"aggiung[ai]\b|sottoscriv[aei]|sblocc[ai]|corri|affrettati|regala(?:ti)?|regalati|porta(?:ci|lo|la)? (?:un|"
        r"il|la|chi|a casa)|invit[ai] |present[ai] un|parla di noi|passa (?:a|al|alla) |passi (?:a|al|alla) |"
        r"rinnov[ai]|estend[ia](?:la)?|convert[ai]|fiss[ia] un|complet[ai] (?:il|l'a)|partite|scegli|"
        r"prend[ai](?:ne)?\b|usal[ei]|riscatt[ai]|ricaric[ai]|accend[ia] un|affitt[ai]|abbin[ai]|attiv(?:a|ala|alo|"
        r"ali|i|i adesso|ila|ilo) (?:la prova|ora|subito|adesso|oggi|entro|l'opz|la promo|segret|e r|le not)|buy|"
        r"shop|grab|join (?:our|us|the|before|now|and|today)|sign up|subscribe|pre-?order|renew|redeem|treat your|"
        r"upgrade|unlock|refer|invite a|introduce a|trade in|apply (?:for|online|in|now)|register (?:here|and|now)|"
        r"start (?:your|a) (?:free|trial)|switch (?:to|on voice)|bundle|double|put home|enjoy (?:\d|our|more|"
        r"the ben)|get (?:\d|the|your|it|a|an|boiler|five|up|our|more)\b|add (?:\d|it to your b|next|travel|a |"
        r"breakfast|elect|sports|five)|top up|earn|spend [£$€]|book (?:by|now|your|time|it|here)|hire|fix your|"
        r"fly from|protect your|order (?:yours|now|by|online)|open an?|take (?:a green|out)|save|download our|"
        r"tell your friends|turn (?:on|your miles|them)|use (?:them|code|the code)|run your|pick up a)"
    ),
    "time limit": (
        r"(?:solo |valid[oaie] )?(?:entro|fino a|fino al|solo|before|by|until|till|ends?|only) (?:il \d+|oggi|"
        r"domani|stasera|domenica|lunedì|venerdì|sabato|giovedì|mezzanotte|fine mese|il mese|questa|today|tonight|"
        r"midnight|this week|sunday|monday|friday|the \d+|\d+ (?:giugno|ore|hours))|(?:ultim[ie]|last) (?:giorni|"
        r"ore|chance|days|pezzi|posti)|\d+ hours only|this week(?:end)?(?: only)?|questa settimana|questo mese|"
        r"this month\b|esaurimento|posti limitati|ne (?:restano|è rimast)|(?:places|left|space)\b.{0,12}(?:left|"
        r"at this price)|hurry|today only|solo oggi|(?:fino a |until )?fine mese|ends? soon|flash|black friday|"
        r"cyber monday|saldi|sale\b|clearance|early.bird|while stocks"
    ),
    "suits you": (
        r"(?:le|ti|vi|gli) (?:conv(?:iene|errebbe)|far?ebbe comodo|consigli(?:o|amo|erei)|suggeri(?:sco|amo|rei)|"
        r"servirebbe|proporrei|piacer\w+ anche)|(?:would|might|may|could|'d) (?:suit you|be better|be useful|"
        r"make sense|work out|give you|fix that|reach every|cover the|like our|love our)|i'd (?:recommend|suggest|"
        r"go for|highly)|we(?:'d)? recommend our|better value|(?:you'd|you could|you would) (?:save|get|have|earn|"
        r"never|be able|no longer|lock|consider)|(?:avrebbe|avreste|avresti|spenderebbe|spendereb|pagherebbe|"
        r"risparmierebbe|non pagherebbe|coprirebbe|potrebbe (?:valut|piacer|esser|aver)|eviterebbe)|fossi in|"
        r"if i were you|potrebbe esserle utile|perfett[oaie] per (?:chi|te|lei)|ideal[ei] per|never worry|"
        r"so you('ll)? never|never pay|non ci pens|senza pensieri|peace of mind|worry.free"
    ),
    "as customer": (
        r"(?:come|in quanto|in qualità di|da) (?:nostr[oa] )?(?:client|correntist|abbonat|soci[oa])\w*|as (?:a|an|"
        r"our|one of our) (?:\w+ )?(?:customer|member|policyholder|client|subscriber)|per (?:i|le|chi|chi ha|chi è|"
        r"gli) (?:client|nostri|già|ha|è|viaggia|resta|abbonat)\w*|ai (?:nostri )?(?:già )?clienti|"
        r"customers like you|(?:for|to) (?:our )?(?:members|existing|new|loyal|account holders)|account holders|"
        r"members.only|riservat[oaie] (?:a|ai|alle|ha)|selezionat|eligible for a (?:special|deal)|pre-approved|"
        r"molti (?:clienti|di quelli)|chi ha (?:acquistato|preso|scelto)|(?:many|most) (?:customers|people)|"
        r"customers who|people who|already chosen|hanno (?:già )?scelto|le famiglie"
    ),
    "stay": (
        r"se (?:resta|rimane|resti|rimani|ci ripensa|decide di (?:rest|riman))|resta(?:re|i)? con noi|"
        r"if you (?:stay|decide to stay)|stay with us|change your mind and|prima di (?:disdire|procedere|"
        r"chiudere il contratto|salutarti)|before (?:i cancel|you go|we close|you leave)|(?:dispiace|"
        r"sorry)\b.{0,25}(?:andar|leave|see you go)|perch[eé] andarsene|to think it over|per ripensarci|we miss you|"
        r"non ordini da|torn[ai] (?:con|da) noi|come back"
    ),
    "sales call": (
        r"(?:un|una|nostr[oi]|one of our|our) (?:\w+ )?(?:consulent[ei]|incaricat[oi]|advis[eo]rs?|gestore|"
        r"representatives?|commercial[ei])|ufficio commerciale|sales team|(?:fare|faccio|farle|faccia|mandare|"
        r"calcolare|prepar\w+|facciamo) (?:avere )?un (?:preventivo|stima)|(?:give|arrange|"
        r"get) (?:you )?a (?:\w+ )?quote|happy to (?:arrange|set)|(?:mand|invi|gir)\w+ (?:qualche |le |due |"
        r"più )?(?:informazion|condizion|righe)\w* (?:su|sul)|(?:send|tell) you (?:some|more|about|our)(?! the)|"
        r"more about our|send pricing|(?:le|ti|vi) (?:racconto|spiego come funz)|per raccontar|parlar(?:le|ti|ne)|"
        r"ne vogliamo parlare|ne parliamo|vuole (?:sentir|saper)|preventivo\?|want to hear|per vedere insieme|"
        r"see together"
    ),
    "refer": (
        r"(?:invit|present|port|cons|parl|tell|refer|introduc|recommend|share)\w* .{0,14}(?:amic|friend|colleg|"
        r"colleague|un nuovo socio|us\b|your link)|(?:amic[io]|friends?|someone|qualcuno)\b.{0,30}(?:interessat|"
        r"interested|who'd|che camb)|per (?:ogni|ciascun\w*) (?:nuov|amico|iscritt|contratt|che)|for (?:each|"
        r"every) (?:one|friend|contract|new)|con il suo codice|with your code|tuo codice|a entrambi|you both|e vi "
    ),
    "aside": (
        r"già che|visto che|dato che|dimenticavo|a proposito|tra l'altro|approfitt|col(?:go|gliamo) l'occasione|"
        r"\bp\.? ?s\b|comunque,? (?:se|giusto|le)|\bintanto\b|nel frattempo|meanwhile|by the way|\bbtw\b|"
        r"incidentally|while (?:i'm|i've|we|you wait|i have)|since you|seeing as|just so you know|did you know|"
        r"l[oa] sapev|sapev[ai]|one (?:more|last) thing|un'ultima cosa|\boh,? and|\bah,? e|to mention|"
        r"should mention|also like to|inoltre|infine|finally|opportunity|cogliere|le (?:segnalo|ricordo|anticipo|"
        r"informo)|la informo|take the opportunity|just saying|x curios|out of curios|nearly forgot|not sure if|"
        r"non so se|now that|ora che"
    ),
    "if you like": (
        r"\bse (?:vuole|vuoi|volete|le interessa|ti va|le va|mai|un (?:giorno|domani)|le fa piacere|preferisce|"
        r"desidera|pass[ai]|prend[ei]|unisc[ei]|aggiung[ei]|ti abbon[ai]|vi serve|cerca|le piacc\w+)|if you (?:ever|"
        r"like|want|fancy|go for|join|put|'d like|need|pay|would like|merged)|if you're (?:interested|looking)|"
        r"in case you|senza impegno|no rush|whenever you|quando vuole|let me know|mi dica se|just reply|volendo|"
        r"chi si iscrive|if it's"
    ),
    "move up": (
        r"(?:pass(?:are|a|i|ando|aggio|arla|ato|assi)|sal(?:ire|endo|ga)) (?:a|al|alla|all'|alle|ad|ai)\b|"
        r"(?:upgrad\w+|switch\w*|mov(?:e|ing)|going|go|step) (?:you )?(?:to|up|over|onto|plus|fixed|pro)\b|"
        r"fare il (?:passaggio|salto)|taking the leap|l'upgrade|put you on|port(?:are|aci|i) anche|(?:aggiungendo|"
        r"adding|abbinando|unendo|unire|unisce|aggiungi|insieme (?:a|al|costano))\b|bring your|estender(?:la|lo)|"
        r"estend(?:endola|ila)|extend (?:your|the) (?:warranty|cover)"
    ),
    "answer yes": (
        r"(?:rispond(?:a|i|endo)|reply|text|scriv[ia]|digit[ai]|le basta rispondere|replying) (?:con )?(?:sì|si\b|"
        r"ok|yes|1\b|a questa|to this|y\b)|(?:cod(?:ice|e)|code) (?:[a-z]+\d+|below|che le)|click(?:a|chi|"
        r"ca)? (?:qui|here)|il link (?:alle|ai)|link to our|👉|\[(?:sì|yes)\]"
    ),
    "points": (
        r"(?:usal[ei]|spend(?:ili|ere)|hai|has|hai|con i|with your|earn|guadagn\w+|accumul\w+|redeem|"
        r"riscatt\w+) .{0,14}(?:punti|points|miglia|miles|timbr|stamps|rewards)|(?:punti|points|miglia|miles|"
        r"stelline|stars) (?:doppi|waiting|che scad|about to|are about)|(?:manca|mancano|ti mancano|le manca|"
        r"away from|one more|solo \d) .{0,20}(?:punt|timbr|livell|stell|stamp|silver|argento|vantagg)|"
        r"double (?:stamps|points)|unlock your|fidelity|(?:join|iscriv\w+) .{0,15}(?:loyalty|carta|card|programma|"
        r"club|newsletter)"
    ),
    # --- that answer, refund, confirm, ask and warn
    "we did": (
        r"\b(?:ho|abbiamo|l'abbiamo|l'ho|ti ho|le ho|gliel'ho) (?:già |appena |anche |inoltre |subito )?(?!anche|un|"
        r"una|pensato|lanciato|visto|notato|una|dei)[a-z]+(?:at|it|ut|es|ert|ost|ess|ett|ott|os|ers|iest|iuso|"
        r"olt)[oaie]\b|(?:è|sono|viene|verrà|vengono|verranno|sarà) (?:stat[oaie] )?(?:già )?(?:accreditat|"
        r"rimborsat|registrat|conferm|inviat|applicat|attivat|disattivat|annullat|risolt|spost|chius|aggiornat|"
        r"completat|accolt|res[oa]|storn|caricat|eseguit)[a-z]*|\b(?:i've|we've|i have|we have|has been|have been|"
        r"was|were|'s been|been) (?:just |also |already |now )?(?!launched|released|teamed|just launched|"
        r"put together|got|come up|reviewed|a\b|an\b)[a-z]+(?:ed|ent|ept|en|ut|ade|one|id)\b"
    ),
    "as asked": (
        r"(?:come|secondo) (?:da )?(?:richiest|concordat|d'accordo|indicat|promess|previst|sua|vostra|suo|"
        r"ci (?:aveva|ha)|mi ha|ha chiesto|lei|scelt|da lei)\w*|(?:che|da lei) (?:mi |ci )?(?:ha|hai|avete|aveva|"
        r"avevi|avevamo) (?:già )?(?:acquistat|comprat|richiest|chiest|prenotat|ordinat|sottoscritt|attivat|scelt|"
        r"avut|indicat|firmat|disdett|aggiunt|usat|compilat|pagat)\w*|(?:richiest|sottoscritt)[oa] (?:da|ieri|"
        r"stamattina|il)|as (?:requested|agreed|you (?:asked|chose|requested)|promised|ordered|set out|stated|"
        r"announced|required|per)|you(?:'ve)? (?:asked|requested|chose|bought|booked|ordered|took out|signed|"
        r"purchased|cancelled|used|received)\b|requested by|you already|hai già comprat"
    ),
    "you have": (
        r"(?:il|la|lo|i|le) (?:su[oaie]i?|tu[oaie]i?|vostr[oaie]) [a-zà-ù0-9 ]{2,30} (?:attuale|è |sono|comprend|"
        r"preved|si rinnov|scade|scadrà|copre|include|vale|resta|parte|costa|prevede|permett|consente)|"
        r"\blei ha (?!già pensato)|\bhai (?:già )?(?:il|la|ancora)|your (?:current|existing) |"
        r"your [a-z0-9 ]{2,30} (?:is|are|includes?|comes|covers?|renews?|runs|ends|costs|allows|already|stays|will|"
        r"must|has|have|can)\b|you(?:'re| are) (?:currently |already )?(?:on the|on )|you have\b|già (?:compres|"
        r"inclus|attiv|previst|disponib|pag)\w*|already (?:included|active|paid|comes|on|in|applied|there)|(?:is|"
        r"are|sono|è|compres[oaie]|inclus[oaie]) (?:in|included in|part of|nel|nella|dalla|coperta) (?:your|"
        r"the warr|suo|sua|tuo|garanzia)|covered by|nel (?:suo|tuo|vostro)|in your (?:account|plan|contract)|"
        r"che ha (?:oggi|ora|adesso|in)|che hai (?:tu|già)|con la sua polizza"
    ),
    "pays back": (
        r"rimbors\w+|storn\w+|(?:ri)?accredit(?!a lo stip|i lo)\w*|restitu\w+|rend(?:iamo|o|eremo)\b|ridat\w|"
        r"ridiam\w|risarc\w+|indennizz\w+|refund\w*|credited|crediting|reimburs\w+|g(?:ive|ave) you back|money back|"
        r"taken? (?:it |the )?[£$€\d]* ?off|come off your|returned to you|credit note|nota di credito|compensat\w+|"
        r"owed|the difference|la differenza|waiv\w+|non (?:era|erano) dovut"
    ),
    "nothing to pay": (
        r"non (?:paga|paghi|pagherà|si paga|le (?:verrà|viene|verranno) addebit|ti verrà|le addebit|deve (?:pagare|"
        r"fare nulla|firmare|inviar)|dovrà|ci sono penali|comporta|costa nulla|cambia)|senza (?:costi|spese|penali|"
        r"oneri|supplement|che debba|pagare|interessi)|gratuitamente|nessuna spesa|a (?:nostro|suo) carico|"
        r"nothing to pay|(?:free of|without|at no|no) (?:extra |additional )?(?:charge|cost|penalty)|"
        r"won't (?:be charged|charge|pay|cost)|don't (?:have to|need to|pay)|needn't|no exit fee|non deve|(?:è|"
        r"sono) gratuit[oaie]|is free\b|are free\b|gratuito e|it's free"
    ),
    "is over": (
        r"(?:è|sono|era|risulta|erano) (?:ormai |già )?(?:finit|terminat|scadut|conclus|esaurit|utilizzat|sospes|"
        r"ritirat)[oaie]|(?:has|have|had)? ?(?:ended|expired|finished)\b|(?:is|are) over|non è (?:più |"
        r"ancora )?(?:attivabil|valid|cumulabil|retroattiv|disponibil|applicat)|can't be|cannot be|no longer|"
        r"non (?:compare|risulta|veniva|vendiamo|è stato)|wasn't|weren't|doesn't appear|isn't|already been used|"
        r"only valid|valeva solo|valido solo fino a ieri|out of stock|sold out|discontinued|vale(?:va)? (?:una|solo)"
    ),
    "law and term": (
        r"ai sensi|per legge|by law|reced\w+|recess[oi]|previst[oaie] (?:dal|dalla|per)|required (?:to|by)|withdraw|"
        r"cancel within|quattordici giorni|14 (?:giorni|days)|(?:ha |hai |avere )?diritto|entitled|obblig\w+|legal|"
        r"disdetta (?:entro|è|va)|penalit|as set out|condizioni restano|unless you|salvo disdetta|automaticamente|"
        r"automatically|preavviso|notice\b|variazione contrattuale|from \d+ \w+ (?:the|your)|dal 1|regolamento|"
        r"the rules"
    ),
    "steps": (
        r"\b(?:prem[ai]|tocch?i|tap|press|hold|click (?:on )?(?:un|the)|vada (?:in|su)|vai (?:in|su)|go to|settings|"
        r"impostazioni|area clienti|menu\b|riavvi\w*|restart\w*|reinstall\w*|log (?:in|out)|sign in|inserisc\w+|"
        r"enter the|firmware|unplug|under (?:my|settings|account)|trov[ai] (?:l'etich|la|il|lo)|apr[ia] l'app|"
        r"open the app|sezione|reset|pulsante|button|cavo|cable|spia|the light)\b"
    ),
    "asks data": (
        r"mi (?:conferma|manda|può (?:dire|indicar|inviar)|invia|dice|mandi|dica (?!se))|può (?:indicar|inviar|"
        r"mandar|dir|provar|ripeter)\w*|ci (?:mand|scriv|indic|invi)[ai]|could you|can you|(?:please|pls) (?:send|"
        r"dm|confirm|provide|check|let us)|let us know|\bdm\b|in privato|qual[ei]? (?:è|era|versione|dei)|which\b|"
        r"what(?:'s| is| was) (?:the|your)|(?:quando|da quando|when) (?:ha|did|le|does)|have you (?:tried|had a)|"
        r"ha (?:già )?provato a|ho bisogno di|we need|serv(?:e|ono) (?:il|i|un|la)|numero d'ordine|order number|"
        r"account number|codice (?:cliente|fiscale)|preferisce (?:il|ess|la)|(?:would|do) you (?:rather|prefer)|"
        r"rephrase|altre parole"
    ),
    "asks opinion": (
        r"da (?:0|1|uno|zero) a \d+|0 to 10|1 to 5|how (?:did we|likely)|sondaggio|survey|(?:valut\w+|"
        r"rate) (?:l'assist|il nostro|the support|your)|recension|review\b|feedback|parere|cosa (?:pensa della|"
        r"ne pensa della|avremmo)|what you thought|ci aiut\w+ a miglior|com'è andata|hear what you|"
        r"quanto consiglier|ci consiglierebbe"
    ),
    "courtesy": (
        r"buon[ao]? (?:giornata|serata|weekend|domenica|fine|viaggio|lavoro)|have a (?:great|nice|lovely|good)|"
        r"cordiali|distinti|regards|best wishes|yours|welcome|di nulla|figur|grazie (?:mille|per|a)|thank|a presto|"
        r"take care|restiamo a disposizione|resto a disposizione|anything else|altro modo|in che (?:cosa|modo)|"
        r"how can i help|posso (?:aiutar|esser)|come posso|what can we do|happy to help|siamo qui|we're here|"
        r"glad to hear|enjoy the|attimo|bear with|hold"
    ),
    "says no": (
        r"non (?:le |ti |vi )?(?:consiglio|conviene|serve|occorre|deve (?:acquist|compr|attiv)|c'è (?:bisogno|altro|"
        r"niente)|vendiamo|offriamo|sto cercando|le conviene cambiar|siamo noi|chiederemo)|no need|don't (?:sell|"
        r"offer|need|worry|click)|wouldn't (?:move|save|switch)|not (?:trying|worth)|isn't (?:worth|us|ours)|"
        r"never (?:ask|call)|non (?:aprite|apra|risponda)|nessuno (?:la |ti )?(?:obblig|può)|nobody can|(?:niente|"
        r"no) più|no more (?:sales|market)|promozional|marketing|pubblicitari"
    ),
    "answers": (
        r"per rispondere|in risposta|alla sua domanda|to answer|(?:^|[.!] )(?:sì|yes|no|esatto|corretto|right|yep|"
        r"certo)\b,?|come (?:mi|ci) ha chiesto|che mi ha chiesto|you asked|tabella|ecco (?:il|la|perch)|"
        r"here's the (?!link)|which is (?:why|where)|per questo|perciò|perché|because|due to|depends|dipende|means|"
        r"significa|si tratta|capisco|understand|ho (?:controllat|verificat|parlat|ascoltat)|i've (?:checked|spoken|"
        r"listened)"
    ),
    "states a price": (
        r"(?:costa|costano|costs?|paga|pagano|pay|is|are|è di|sono|a|ammonta a|prezzo|price|fee|tariffa|importo|"
        rf"totale|total|canone|rata|premio|commission\w+)(?: è)?(?: di)? {_PRICE}"
    ),
    "will come": (
        r"(?:riceverà|riceverai|troverà|troverai|arriva|arriverà|arrivano|vedrà|lo vedrà|partirà|parte|sarà|saranno|"
        r"passerà|verrà|visibile)\b|you'll (?:receive|see|find|hear)|will (?:be|arrive|reach|come|call|go|ring|not|"
        r"take|swap)|should (?:be|arrive|reach)|is due|are due|(?:entro|within) (?:\w+ )?(?:\d+|cinque|tre|due|"
        r"sette|three|five|seven|dieci|ten|a week)(?: or \w+)? (?:giorni|days|working|lavorativi)|working days|"
        r"out for delivery|in consegna|scade (?:il|tra|domani)|expires"
    ),
    "case": (
        r"pratica|reclam\w+|segnalazion\w+|ticket|your case|the case|complaint|guasto|fault|tecnico|engineer|"
        r"ripar\w+|repair\w*|sinistro|claim\b|pacco|parcel|corriere|courier|driver|ordine|order\b|contatore|meter|"
        r"bollett\w+|\bbill\b|fattur\w+|invoice|instal?lment|appuntament\w+|appointment|magazzino|warehouse|serial|"
        r"account number|perito|assessor|confermat[oa]|confirmed|registrat[oa]|logged|attached|allegat[oaie]"
    ),
    "fraud": (
        r"truff\w+|scam|fraud|fals[iaoe]\b|fint[iaoe]\b|fake|phish|sospett\w+|unusual|suspicious|diffid\w+|beware|"
        r"wary|clone|attenzione|rubat|stolen|pin\b|passcode|password"
    ),
    "sorry": (
        r"scus\w+|sorry|apolog\w+|dispiace|spiace|mortificat|rincresce|disagio|disguid|colpa|error[ei]|mistake|"
        r"mix-up|purtroppo|afraid|unfortunately"
    ),
}
# fmt: on
# Those that may sell; "refer" also asks for an opinion, "if you like" and "aside" are as common in plain answers.
SELLING = (
    frozenset(MOVES)
    - frozenset(list(MOVES)[list(MOVES).index("we did") :])
    - {"refer", "if you like", "aside"}
)


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
