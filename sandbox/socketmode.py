"""Socket Mode: WebSocket connections, each envelope to one of them, acknowledged by its id.

The protocol is Slack's: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from sandbox.courier import NoAnswer, Parcel
from sandbox.model import Json

MOST_CONNECTIONS = 10


@dataclass(eq=False)
class _Connection:
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    pending: dict[str, "asyncio.Future[Json | str | None]"] = field(default_factory=dict)
    retiring: bool = False
    silent: bool = False


class _ConnectionLost(Exception):
    """The connection went away before the ack came."""


class SocketMode:
    """The app's connections; a `Transport`.

    An envelope whose connection is lost before its ack goes to another connection, or to the next one that opens,
    within the same `ack_timeout` seconds.
    """

    def __init__(self, app_id: str, ack_timeout: float, changed: Callable[[], None]) -> None:
        self._app_id = app_id
        self._ack_timeout = ack_timeout
        self._changed = changed
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._turn = 0
        self._unanswered = 0
        self._arrival = asyncio.Event()

    @property
    def connected(self) -> int:
        """How many connections have been greeted and take envelopes."""
        return sum(not connection.silent for connection in self._alive())

    def new_ticket(self) -> str:
        """A ticket that opens one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404, text="unknown ticket")
        self._tickets.discard(ticket)
        if self._unanswered > 0:
            self._unanswered -= 1
            await asyncio.Event().wait()  # until the client has had enough
        socket = web.WebSocketResponse(heartbeat=None, autoping=False, autoclose=False)
        try:
            await socket.prepare(request)
        except ConnectionResetError:  # the client was killed meanwhile
            return socket
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = _Connection(socket, request.transport)
        self._connections.append(connection)
        try:
            await self._greet(connection)
            self._arrival.set()
            self._changed()
            async for frame in socket:
                if connection.silent:
                    continue
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(connection, frame.data)
                elif frame.type is WSMsgType.PING:
                    await socket.pong(frame.data)
            if connection.silent:
                await asyncio.Event().wait()  # no goodbye either, until the client cuts the line
            await socket.close()
        except ConnectionError:
            pass  # the client went away mid-frame: what it had not acknowledged is handed on below
        finally:
            self._forget(connection)
            self._changed()
        return socket

    async def send(self, parcel: Parcel, attempt: int, reason: str) -> Json | str | None:
        """Deliver one envelope and wait for its ack. Raises NoAnswer."""
        try:
            async with asyncio.timeout(self._ack_timeout):
                while True:
                    connection = self._next_connection()
                    if connection is None and attempt == 0:
                        raise NoAnswer("connection_failed", "dispatch_failed")
                    if connection is None:
                        self._arrival.clear()
                        await self._arrival.wait()
                        continue
                    try:
                        return await self._send_over(connection, parcel, attempt, reason)
                    except _ConnectionLost:
                        attempt, reason = attempt + 1, "connection_failed"
        except TimeoutError:
            raise NoAnswer("timeout", "operation_timeout") from None

    def drop(self, abrupt: bool = False) -> None:
        """Close all connections now, with a close frame or (`abrupt`) by cutting the TCP connection."""
        for connection in list(self._connections):
            self._forget(connection)
            if abrupt and connection.transport is not None:
                connection.transport.abort()
            else:
                asyncio.ensure_future(connection.socket.close(code=1011))  # noqa: RUF006 (ends with the connection)

    def silence(self, attempts: int = 0) -> None:
        """Wedge all connections: they stay open, and nothing comes or goes, not even an answer to a ping or a goodbye.

        Nor are the next `attempts` to connect answered, whose tickets are spent.
        """
        self._unanswered = attempts
        for connection in self._connections:
            connection.silent = True

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does from time to time; the old connections get nothing any more.

        `reason` is "refresh_requested" (Slack closes the connection) or "warning" (it will in ten seconds).
        """
        for connection in list(self._connections):
            connection.retiring = True
            await connection.socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
            )

    async def stop(self) -> None:
        """Close all connections."""
        for connection in list(self._connections):
            self._forget(connection)
            await connection.socket.close(code=1001)

    async def _greet(self, connection: _Connection) -> None:
        await connection.socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._app_id},
            }
        )

    def _alive(self) -> list[_Connection]:
        return [c for c in self._connections if not c.retiring and not c.socket.closed]

    def _next_connection(self) -> _Connection | None:
        alive = self._alive()
        if not alive:
            return None
        self._turn += 1
        return alive[self._turn % len(alive)]

    async def _send_over(self, connection: _Connection, parcel: Parcel, attempt: int, reason: str) -> Json | str | None:
        envelope_id = str(uuid.uuid4())
        envelope = {
            "envelope_id": envelope_id,
            "payload": parcel.payload,
            "type": parcel.kind,
            "accepts_response_payload": parcel.answerable,
        }
        if attempt or parcel.kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        ack: asyncio.Future[Json | str | None] = asyncio.get_running_loop().create_future()
        connection.pending[envelope_id] = ack
        try:
            if not connection.silent:
                await connection.socket.send_str(json.dumps(envelope))
            return await ack
        except ConnectionError:
            # Its reader may not have noticed yet, and must not be asked again before it can.
            connection.pending.pop(envelope_id, None)
            self._forget(connection)
            raise _ConnectionLost from None
        finally:
            connection.pending.pop(envelope_id, None)

    def _acknowledge(self, connection: _Connection, frame: str) -> None:
        try:
            answer = json.loads(frame)
            ack = connection.pending.get(answer["envelope_id"])
        except (ValueError, KeyError, TypeError):
            return
        if ack is not None and not ack.done():
            ack.set_result(answer.get("payload"))

    def _forget(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        for ack in connection.pending.values():
            if not ack.done():
                ack.set_exception(_ConnectionLost())
