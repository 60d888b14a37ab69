"""The stand-in's sockets (Socket Mode): their addresses, envelopes as slack-sdk reads them, and acknowledgements."""

import json
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.slack.checks import APP


class Sockets:
    """The sockets that apps opened. An envelope goes over the newest; what isn't acknowledged is nobody's."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._tickets: set[str] = set()
        self._open: list[ServerConnection] = []
        self._acknowledged: dict[str, Mapping[str, Any]] = {}
        self.opened = 0
        self.origin = ""

    def address(self) -> str:
        """A new address, good for one socket."""
        if not self.origin:
            server = serve(self._serve, "127.0.0.1", 0, ping_interval=None)
            self.origin = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
            threading.Thread(target=server.serve_forever, daemon=True).start()
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"{self.origin}/link/?ticket={ticket}&app_id={APP}"

    def count(self) -> int:
        """The number of open sockets."""
        with self._lock:
            return len(self._open)

    def send(self, type_: str, payload: Any, *, answers: bool = True, id_: str = "", seconds: float = 10.0) -> Any:
        """Send a call, and wait for its acknowledgement; None where none comes, and 0 seconds to wait for none."""
        envelope_id = id_ or secrets.token_hex(8)
        request = SocketModeRequest(type_, envelope_id, payload, accepts_response_payload=answers)
        said = request.to_dict() | {"accepts_response_payload": answers}
        with self._lock:
            if not self._open:
                return None
            connection = self._open[-1]
        with suppress(ConnectionClosed):
            connection.send(json.dumps(said))
        with self._lock:
            self._lock.wait_for(lambda: envelope_id in self._acknowledged, seconds)
            return self._acknowledged.get(envelope_id)

    def acknowledged(self) -> Mapping[str, Any]:
        """All acknowledgements so far, by envelope."""
        with self._lock:
            return dict(self._acknowledged)

    def disconnect(self) -> None:
        """Tell the newest socket that it will be closed, as Slack does every few hours."""
        with self._lock:
            connection = self._open[-1]
        connection.send(json.dumps({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}))

    def cut(self) -> None:
        """Close all sockets."""
        with self._lock:
            found = list(self._open)
        for connection in found:
            connection.close()

    def _serve(self, connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        ticket = path.partition("ticket=")[2].partition("&")[0]
        if ticket not in self._tickets:
            return
        self._tickets.discard(ticket)
        connection.send(json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}}))
        with self._lock:
            self._open.append(connection)
            self.opened += 1
        try:
            for text in connection:
                self._take(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                self._open.remove(connection)

    def _take(self, said: dict[str, Any]) -> None:
        """Take an acknowledgement, if it is one of slack-sdk's shape."""
        response = SocketModeResponse(said["envelope_id"], said.get("payload"))
        assert response.to_dict() == said
        with self._lock:
            self._acknowledged[said["envelope_id"]] = said
            self._lock.notify_all()
