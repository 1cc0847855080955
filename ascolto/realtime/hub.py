"""Who listens in this process. Everything here runs in the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from ascolto.conversations.access import Sight
from ascolto.events.log import Position
from ascolto.realtime.frames import Frame, HouseNews, PersonalNews, PresenceFrame, encode

Logged = Frame | HouseNews | PersonalNews
News = Logged | PresenceFrame

MOST_BYTES = 256 * 1024  # what may wait for a slow reader; beyond it they are told to load the page again


class Subscriber:
    """One live stream and what waits for it."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self.is_closed = False

    def put(self, chunk: bytes) -> None:
        """Send this when the reader is ready for it."""
        if self._size + len(chunk) > MOST_BYTES:
            self._waiting.clear()
            chunk = encode("reset", {})
            self._size = 0
        self._waiting.append(chunk)
        self._size += len(chunk)
        self._news.set()

    def close(self) -> None:
        """End the stream after what waits."""
        self.is_closed = True
        self._news.set()

    async def take(self, patience: float) -> bytes:
        """Everything that waits; empty when nothing came within `patience` seconds or the stream is over."""
        try:
            async with asyncio.timeout(patience):
                await self._news.wait()
        except TimeoutError:
            return b""
        self._news.clear()
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        return chunk

    def hear(self, frames: Iterable[News]) -> None:
        """Take what is meant for this subscriber."""
        raise NotImplementedError

    def miss(self) -> None:
        """Something happened that nobody put into frames."""
        self.put(encode("reset", {}))


class DeskSubscriber(Subscriber):
    """An agent's screen."""

    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self.sight = sight

    def hear(self, frames: Iterable[News]) -> None:
        for frame in frames:
            chunk = frame.for_sight(self.sight)
            if chunk is not None:
                self.put(chunk)


class ChatSubscriber(Subscriber):
    """A visitor's widget: only told that it should look, since what it may read is not in the log."""

    def __init__(self, account_id: int, customer_id: int | None) -> None:
        super().__init__()
        self.account_id, self.customer_id = account_id, customer_id
        self.should_look = False

    def hear(self, frames: Iterable[News]) -> None:
        for frame in frames:
            if not isinstance(frame, Frame):
                continue
            mine = (
                frame.customer == self.customer_id
                if self.customer_id is not None
                else frame.channel_account == self.account_id
            )
            if mine and frame.type.startswith("message."):
                self.should_look = True
                self._news.set()

    def miss(self) -> None:
        self.should_look = True
        self._news.set()


class Hub:
    """The subscribers of this process and the place in the log up to which they have heard."""

    def __init__(self) -> None:
        self.position = Position(0, 0)
        self.is_closed = False
        self.sight_changes = 0  # counts up whenever somebody may see more or less
        self.standing: dict[int, PresenceFrame] = {}  # who is where, for those who come in
        self._subscribers: set[Subscriber] = set()

    def __len__(self) -> int:
        return len(self._subscribers)

    def publish(self, position: Position, frames: list[Logged] | None, sight_changed: bool) -> None:
        """Tell everybody. Without frames nobody listened when they were read; who came in this moment loads again."""
        if sight_changed:
            self.sight_changes += 1
        for subscriber in self._subscribers:
            subscriber.miss() if frames is None else subscriber.hear(frames)
            if sight_changed:
                subscriber._news.set()
        self.position = position

    def stand(self, standing: dict[int, PresenceFrame], told: list[PresenceFrame]) -> None:
        """Remember who is where, and tell everybody what of it is new."""
        self.standing = standing
        for subscriber in self._subscribers if told else ():
            subscriber.hear(told)

    def add(self, subscriber: Subscriber) -> Position:
        """Let somebody listen; returns the place after which they hear everything."""
        self._subscribers.add(subscriber)
        subscriber.hear(self.standing.values())
        if self.is_closed:
            subscriber.close()
        return self.position

    def remove(self, subscriber: Subscriber) -> None:
        """Nobody listens there any more."""
        self._subscribers.discard(subscriber)

    def close(self) -> None:
        """End every stream: the process is about to stop, and browsers find another or the next one."""
        self.is_closed = True
        for subscriber in self._subscribers:
            subscriber.close()
