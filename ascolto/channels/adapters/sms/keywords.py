"""Words by which people refuse text messages or allow them again. They count only when they are the whole message."""

from __future__ import annotations

from typing import Literal

from ascolto.kit.text import fold

# Twilio and the carriers act on the English ones (CTIA); the others are what people write where those are not known.
_STOP = """
    stop, stopall, stop all, unsubscribe, cancel, end, quit, revoke, optout, opt out, stop sms,
    annulla, annulla iscrizione, cancellami, disiscrivi, disiscrivimi, disiscrizione, cancella iscrizione,
    arret, arreter, desabonner, desabonnement, desinscription, stop pub,
    stopp, abmelden, abbestellen, abbestellung, keine sms,
    alto, baja, dar de baja, darme de baja, cancelar suscripcion,
    parar, pare, sair, remover, cancelar inscricao,
    afmelden, uitschrijven, stopzetten,
    stoppa, avsluta, afmeld, frameld, lopeta, peruuta tilaus,
    wypisz, rezygnuje, odhlasit, zrusit, odjava, leiratkozas, dezabonare, dezabonez,
    durdur, iptal, ret, стоп, отписаться, отписка, стопп, σταματα, διακοπη, στοπ,
    توقف, إيقاف, הסר, 退订, 停止, 取消訂閱, 配信停止, 수신거부, रोको
"""
_START = """
    start, unstop, opt in, optin, resume, subscribe,
    riprendi, iscrivimi, riattiva, reprendre, abonner, inizia, starten, anmelden, iniciar, suscribir, alta,
    aanmelden, inscrever, tilaa, абонировать, старт, подписаться, εναρξη
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split(","))


_STOPS, _STARTS = _words(_STOP), _words(_START)


def wish_of(text: str, opt_out_type: str = "") -> Literal["stop", "start", "help", ""]:
    """What somebody wants of us by one word. Twilio's own reading (`OptOutType`) goes before ours."""
    told = opt_out_type.strip().lower()
    if told in {"stop", "start", "help"}:
        return told  # type: ignore[return-value]
    if len(text) > 60:
        return ""
    word = fold(text).strip(" .!,;:\"'«»“”()-…*?¡¿")
    if word in _STOPS:
        return "stop"
    return "start" if word in _STARTS else ""
