"""The small words that turn, strengthen or soften what is said, in the languages that customers write to us most."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATORS = _set(
    """non nn nun nin nessun nessuno nessuna niente nulla senza né neanche nemmeno neppure mica manco mai
    not no never cannot without nothing none nobody neither nor hardly barely dont doesnt didnt isnt arent wasnt werent cant couldnt wont
    wouldnt shouldnt havent hasnt hadnt aint
    nicht nix kein keine keinen keiner keinem keines nie niemals ohne pas jamais aucun aucune sans rien nunca jamás sin nada ningún ninguna
    tampoco não nao sem nenhum nenhuma niet geen nooit zonder"""
)
STRONGER = _set(
    """molto tanto davvero veramente troppo proprio assolutamente totalmente estremamente incredibilmente tantissimo moltissimo parecchio
    completamente decisamente super mega ultra stra sempre così
    very really so too absolutely totally extremely incredibly truly completely utterly highly such always
    sehr wirklich absolut total viel zu extrem très vraiment trop tellement absolument muy realmente demasiado tan muito realmente demais
    heel erg zeer echt"""
)
WEAKER = _set(
    """poco abbastanza leggermente quasi forse magari piuttosto
    slightly somewhat fairly quite almost maybe perhaps kinda kind sort bit little rather
    etwas ein wenig vielleicht peu plutôt presque peut-être poco algo casi quizás pouco quase talvez beetje misschien"""
)
CONTRASTS = _set(
    """ma però invece tuttavia peccato eppure senonché purtroppo
    but however though although yet unfortunately except
    aber jedoch doch leider mais cependant pourtant malheureusement pero sin embargo mas porém maar echter helaas"""
)
UNTIL = frozenset(".,;:!?()…") | {"!!", "!!!", "??", "???", "!?", "?!"}  # a negation does not reach beyond

# Words that stand between a negation and what is negated: "non è più stato", "has not been".
BETWEEN = _set(
    """è e' sono sei siamo siete era stato stata stati state ha ho hai abbiamo avete hanno mi ti si ci vi li lo la le gli ne il un una uno
    più ancora mai di da per che a al del proprio me te se ce ve molto tanto affatto
    is are was were be been being am has have had the a an to of it my your at all any so very really yet even in on for
    ist war der die das ein eine mehr so est été le de du des un une plus es está el la más ya de o é foi mais"""
)
