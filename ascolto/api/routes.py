"""The route table: every operation of API v1, in the order in which the documentation tells them."""

from __future__ import annotations

from msgspec import Struct

from ascolto.api import documents as d
from ascolto.api import knowledge_documents as kd
from ascolto.api.assignment_routes import ASSIGNMENTS
from ascolto.api.automation_routes import AUTOMATION
from ascolto.api.bot_routes import BOT
from ascolto.api.charter_routes import CHARTER
from ascolto.api.collaboration_routes import COLLABORATION
from ascolto.api.commitment_routes import COMMITMENTS
from ascolto.api.customer_routes import CUSTOMERS
from ascolto.api.endpoints import attachments as a
from ascolto.api.endpoints import bots as b
from ascolto.api.endpoints import channels as ch
from ascolto.api.endpoints import conversations as c
from ascolto.api.endpoints import customers as cu
from ascolto.api.endpoints import knowledge as k
from ascolto.api.endpoints import messages as m
from ascolto.api.endpoints import people as p
from ascolto.api.endpoints import readings as r
from ascolto.api.endpoints import search as s
from ascolto.api.generated_routes import GENERATED
from ascolto.api.hand_off_routes import HAND_OFFS
from ascolto.api.log_routes import LOG
from ascolto.api.organising_routes import ORGANISING
from ascolto.api.outgoing_routes import OUTGOING
from ascolto.api.promise_routes import PROMISES
from ascolto.api.routing import Nothing, Operation, Route, Table
from ascolto.api.search_documents import SearchList
from ascolto.api.template_routes import TEMPLATES
from ascolto.api.view_routes import VIEWS
from ascolto.api.wait_routes import WAITS

READ, WRITE = "conversations:read", "conversations:write"
_CHANGE = ("not-found", "stale", "refused", "not-allowed")


def _get(
    path: str,
    scope: str,
    call: Operation,
    summary: str,
    tag: str,
    answer: type[Struct],
    query: type[Struct] = Nothing,
) -> Route:
    problems = ("not-found",) if "{" in path else ()
    return Route(
        method="GET",
        path=path,
        scope=scope,
        call=call,
        summary=summary,
        tag=tag,
        answer=answer,
        problems=problems,
        query=query,
    )


def _verb(name: str, call: Operation, summary: str, body: type[Struct] = c.VersionBody) -> Route:
    return Route(
        method="POST",
        path=f"/conversations/{{id}}/{name}",
        scope=WRITE,
        call=call,
        summary=summary,
        tag="Conversations",
        body=body,
        answer=d.Conversation,
        problems=_CHANGE,
    )


TABLE = Table(
    [
        _get("/me", "", p.get_me, "Who am I?", "Me", d.Me),
        _get(
            "/conversations",
            READ,
            c.list_conversations,
            "List conversations",
            "Conversations",
            d.ConversationList,
            query=c.ConversationQuery,
        ),
        _get(
            "/conversations/{id}",
            READ,
            c.get_conversation,
            "Read a conversation",
            "Conversations",
            d.Conversation,
            query=c.ExpandQuery,
        ),
        Route(
            method="PATCH",
            path="/conversations/{id}",
            scope=WRITE,
            call=c.change_conversation,
            summary="Change a conversation",
            tag="Conversations",
            body=c.ConversationChanges,
            answer=d.Conversation,
            problems=_CHANGE,
        ),
        _verb("assign", c.assign_conversation, "Assign a conversation", c.AssignBody),
        _verb("transfer", c.transfer_conversation, "Transfer a conversation to a team", c.TransferBody),
        _verb("resolve", c.resolve_conversation, "Resolve a conversation"),
        _verb("reopen", c.reopen_conversation, "Reopen a conversation"),
        _verb("snooze", c.snooze_conversation, "Snooze a conversation", c.SnoozeBody),
        _get(
            "/search",
            READ,
            s.search_conversations,
            "Search in what was said",
            "Conversations",
            SearchList,
            query=s.SearchQuery,
        ),
        _get(
            "/conversations/{id}/messages",
            READ,
            m.list_messages,
            "List the messages of a conversation",
            "Messages",
            d.MessageList,
            query=m.MessageQuery,
        ),
        Route(
            method="POST",
            path="/conversations/{id}/messages",
            scope="messages:write",
            call=m.add_message,
            summary="Answer, or leave a note",
            tag="Messages",
            body=m.NewMessage,
            answer=d.Message,
            status=201,
            problems=("not-found", "refused", "not-allowed"),
            by_bot=b.message_of_bot,
        ),
        Route(
            method="POST",
            path="/conversations/{id}/messages/{message}/resend",
            scope="messages:write",
            call=m.resend_message,
            summary="Send an answer again",
            tag="Messages",
            body=Nothing,
            answer=d.Message,
            problems=("not-found", "refused", "not-allowed"),
        ),
        *OUTGOING,
        *GENERATED,
        _get(
            "/messages/{id}/reading",
            READ,
            r.get_reading,
            "Read what is understood of a message",
            "Understanding",
            d.Reading,
        ),
        _get(
            "/messages/{id}/corrections",
            READ,
            r.list_corrections,
            "List the corrections of a message",
            "Understanding",
            d.CorrectionList,
        ),
        Route(
            method="POST",
            path="/messages/{id}/corrections",
            scope=WRITE,
            call=r.correct_reading,
            summary="Correct what was understood",
            tag="Understanding",
            body=r.NewCorrection,
            answer=d.Reading,
            problems=("not-found", "not-allowed"),
        ),
        Route(
            method="DELETE",
            path="/messages/{id}/corrections/{field}",
            scope=WRITE,
            call=r.withdraw_correction,
            summary="Take a correction back",
            tag="Understanding",
            answer=d.Reading,
            problems=("not-found", "not-allowed"),
        ),
        _get(
            "/lookalikes",
            READ,
            r.list_lookalikes,
            "List who says the same",
            "Understanding",
            d.LookalikeList,
            query=r.LookalikeQuery,
        ),
        _get("/topics", READ, r.list_topics, "List topics", "Understanding", d.TopicList),
        Route(
            method="POST",
            path="/attachments",
            scope="messages:write",
            call=a.upload_attachment,
            summary="Upload a file",
            tag="Attachments",
            query=a.UploadQuery,
            upload=True,
            answer=d.Attachment,
            status=201,
            problems=("not-allowed",),
        ),
        _get(
            "/attachments/{id}",
            READ,
            a.get_attachment,
            "Read what is known of a file",
            "Attachments",
            d.Attachment,
        ),
        Route(
            method="GET",
            path="/attachments/{id}/content",
            scope=READ,
            call=a.download_attachment,
            summary="Download a file",
            tag="Attachments",
            answer=None,
            problems=("not-found", "not-ready"),
        ),
        _get(
            "/customers",
            "customers:read",
            cu.list_customers,
            "List customers",
            "Customers",
            d.CustomerList,
            query=cu.CustomerQuery,
        ),
        _get(
            "/customers/{id}",
            "customers:read",
            cu.get_customer,
            "Read a customer",
            "Customers",
            d.Customer,
        ),
        Route(
            method="PATCH",
            path="/customers/{id}",
            scope="customers:write",
            call=cu.change_customer,
            summary="Change a customer",
            tag="Customers",
            body=cu.CustomerChanges,
            answer=d.Customer,
            problems=("not-found", "not-allowed"),
        ),
        _get(
            "/channels",
            "channels:read",
            ch.list_channels,
            "List channels",
            "Channels",
            d.ChannelList,
            query=ch.ChannelQuery,
        ),
        Route(
            method="POST",
            path="/channels",
            scope="channels:write",
            call=ch.connect_channel,
            summary="Connect a channel",
            tag="Channels",
            body=ch.NewChannel,
            answer=d.Channel,
            status=201,
            waits=True,
        ),
        _get("/channels/{id}", "channels:read", ch.get_channel, "Read a channel", "Channels", d.Channel),
        Route(
            method="PATCH",
            path="/channels/{id}",
            scope="channels:write",
            call=ch.change_channel,
            summary="Change a channel",
            tag="Channels",
            body=ch.ChannelChanges,
            answer=d.Channel,
            problems=("not-found", "refused"),
        ),
        _get(
            "/conversations/{id}/messages/{message}/similar",
            READ,
            k.get_message_similar,
            "List answers that were given to similar messages",
            "Knowledge",
            kd.MessageAnswers,
        ),
        Route(
            method="POST",
            path="/similar",
            scope=READ,
            call=k.ask_similar,
            summary="Ask whether a question was answered before",
            tag="Knowledge",
            body=k.SimilarBody,
            answer=kd.SimilarAnswers,
            status=202,
        ),
        _get("/similar/{id}", READ, k.get_similar, "Read what was found", "Knowledge", kd.SimilarAnswers),
        _get(
            "/saved-replies",
            "knowledge:read",
            k.list_saved_replies,
            "List saved replies",
            "Knowledge",
            kd.SavedReplyList,
            query=k.ReplyQuery,
        ),
        Route(
            method="POST",
            path="/saved-replies",
            scope="knowledge:write",
            call=k.create_saved_reply,
            summary="Write a saved reply",
            tag="Knowledge",
            body=k.NewReply,
            answer=kd.SavedReply,
            status=201,
            problems=("refused",),
        ),
        _get(
            "/saved-replies/{id}",
            "knowledge:read",
            k.get_saved_reply,
            "Read a saved reply",
            "Knowledge",
            kd.SavedReply,
        ),
        Route(
            method="PATCH",
            path="/saved-replies/{id}",
            scope="knowledge:write",
            call=k.change_saved_reply,
            summary="Change a saved reply",
            tag="Knowledge",
            body=k.ReplyChanges,
            answer=kd.SavedReply,
            problems=("not-found", "refused"),
        ),
        Route(
            method="POST",
            path="/saved-replies/{id}/archive",
            scope="knowledge:write",
            call=k.archive_saved_reply,
            summary="Put a saved reply away",
            tag="Knowledge",
            body=Nothing,
            answer=kd.SavedReply,
            problems=("not-found", "refused"),
        ),
        Route(
            method="POST",
            path="/saved-replies/{id}/restore",
            scope="knowledge:write",
            call=k.restore_saved_reply,
            summary="Take a saved reply out again",
            tag="Knowledge",
            body=Nothing,
            answer=kd.SavedReply,
            problems=("not-found", "refused"),
        ),
        *PROMISES,
        *CUSTOMERS,
        *ORGANISING,
        *HAND_OFFS,
        *COLLABORATION,
        *TEMPLATES,
        *WAITS,
        *ASSIGNMENTS,
        *COMMITMENTS,
        *CHARTER,
        *LOG,
        *AUTOMATION,
        *BOT,
        *VIEWS,
        _get("/agents", READ, p.list_agents, "List those who can answer", "People", d.AgentList),
        _get("/teams", READ, p.list_teams, "List teams", "People", d.TeamList),
    ]
)
