"""Answer the customer: with a saved reply in their language, or a text. Every guarantee is asked, as of an answer that a person types.

In a macro the text goes into the composer, to be read and sent by a person, unless the macro says "send" and the person confirms it.
In a rule nobody reads it before it leaves: it must be marked automatic, says so to the customer, and counts as no person's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from ascolto.automation.steps.asking import offered_replies, replies_of
from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.automation.steps.texts import (
    LONGEST,
    check_places,
    disclosed,
    filled_for,
    language_of,
    reply_text,
)
from ascolto.conversations.actions import add_reply
from ascolto.conversations.actions.reply import Attempt
from ascolto.conversations.actions.withdrawing import withdraw_reply
from ascolto.conversations.models import Message, Visibility
from ascolto.conversations.reach import reach_of
from ascolto.conversations.signing import signature_of
from ascolto.gates import Gate, Refused, refusals
from ascolto.kit.text import clean, excerpt
from ascolto.ui.forms import PlainForm, choices_of

HOW = {
    Visibility.PRIVATE.value: gettext_lazy("Privately"),
    Visibility.PUBLIC.value: gettext_lazy("In public"),
}


def reply_choices() -> list[tuple[str, str]]:
    return [("", _("— a text of its own —")), *choices_of(list(offered_replies()))]


class ReplyForm(PlainForm):
    reply = forms.ChoiceField(label=gettext_lazy("Saved reply"), choices=reply_choices, required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Without a saved reply. {customer}, {agent} and {number} are filled in."),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who reads it"), choices=lambda: list(HOW.items()), required=False
    )
    send = forms.BooleanField(
        label=gettext_lazy("Send it"),
        required=False,
        help_text=gettext_lazy(
            "In a macro: after the preview was confirmed; else it waits in the composer. In a rule: as an automatic message."
        ),
    )

    def clean_text(self) -> str:
        text = clean(self.cleaned_data["text"]).strip()
        check_places(text)
        return text

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Visibility.PRIVATE.value

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("reply") and not given.get("text"):
            raise ValidationError(_("Choose a saved reply or write a text."))
        return given


class Reply(Step):
    kind = "reply"
    label = gettext_lazy("Answer the customer")
    icon = "reply"
    Form = ReplyForm
    writes = True

    def values(self, cleaned: Values) -> dict[str, Any]:
        return {**cleaned, "text": "" if cleaned["reply"] else cleaned["text"]}

    def wrong_for_rules(self, values: Values) -> str:
        if values["send"]:
            return ""
        return _(
            "Nobody reads what a rule writes before it leaves: tick “Send it”, then it is marked as automatic."
        )

    def sentence(self, values: Values, known: Known) -> str:
        pk = int(values["reply"] or 0)
        what = known.replies.get(pk, "?") if pk else excerpt(values["text"], 60)
        is_public = values["visibility"] == Visibility.PUBLIC
        if values["send"]:
            words = _("answer in public with %(what)s") if is_public else _("answer privately with %(what)s")
        else:
            words = _("put %(what)s into the public draft") if is_public else _("put %(what)s into the draft")
        return words % {"what": f"“{what}”"}

    def _text(self, scene: Scene, values: Values) -> str:
        """As the customer would read it. Raises Refused when the saved reply is gone."""
        wanted = language_of(scene.conversation)
        text, language = values["text"], wanted
        if values["reply"]:
            reply = replies_of(scene.agent).filter(pk=int(values["reply"])).first()
            if reply is None:
                raise Refused("reply_gone", gettext_noop("The saved reply is not there any more."))
            text, language = reply_text(reply, wanted)
        text = filled_for(text, scene, language)
        return text if scene.agent else disclosed(text, language)

    def preview(self, scene: Scene, values: Values) -> Effect:
        try:
            text = self._text(scene, values)
            reach = reach_of(scene.conversation, visibility=values["visibility"], account=None)
            refused = self._refusal(scene, values, text, reach)
        except Refused as refusal:
            return Effect(self.sentence(values, scene.known), refused=refusal)
        shown = {"text": excerpt(text, 400), "name": reach.account.name}
        if not values["send"]:
            words = _("put this into the draft: “%(text)s”")
        elif values["visibility"] == Visibility.PUBLIC:
            words = _("publish on %(name)s: “%(text)s”")
        else:
            words = _("send privately on %(name)s: “%(text)s”")
        return Effect(words % shown, refused=refused)

    def _refusal(self, scene: Scene, values: Values, text: str, reach: Any) -> Refused | None:
        attempt = Attempt(
            conversation=scene.conversation,
            agent=scene.agent,
            text=text,
            visibility=values["visibility"],
            reach=reach,
            files=(),
            template=None,
            signature=signature_of(scene.agent, reach.account.kind, values["visibility"]),
        )
        return next(iter(refusals(Gate.SEND, attempt)), None)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        text = self._text(scene, values)
        if not values["send"]:
            draft = {"text": text, "visibility": values["visibility"], "reply": values["reply"]}
            return Outcome(False, draft=draft)
        if scene.conversation.is_room and scene.agent is None:
            raise Refused("room", gettext_noop("A room has no single customer who could be answered."))
        hold = timedelta(seconds=scene.agent.undo_seconds) if scene.agent else timedelta()
        sent = add_reply(
            agent=scene.agent,
            conversation=scene.conversation,
            text=text,
            visibility=values["visibility"],
            client_key=f"{scene.key}-reply" if scene.key else None,
            hold=hold,
        )
        return Outcome(True, {"message": sent.pk} if hold else None)

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        """Only while it waits to leave. Raises Refused when it left."""
        message = Message.objects.filter(pk=kept["message"]).first()
        if message is None or scene.agent is None:
            return False
        withdraw_reply(agent=scene.agent, message=message)
        return True
