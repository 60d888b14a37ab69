"""A provider that lies: every answer can be bent. It shares nothing with our client but the standard."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptojwt.jwk.ec import new_ec_key
from cryptojwt.jwk.hmac import SYMKey
from cryptojwt.jwk.okp import OKPKey
from cryptojwt.jwk.rsa import new_rsa_key
from cryptojwt.jws.jws import JWS

CLIENT, SECRET = "assembly-week", "a secret of %20, + and :"

RSA = new_rsa_key(key_size=2048, kid="rsa", use="sig")
OTHER_RSA = new_rsa_key(key_size=2048, kid="rsa", use="sig")
NEXT_RSA = new_rsa_key(key_size=2048, kid="next", use="sig")
NAMELESS_RSA = new_rsa_key(key_size=2048, use="sig")
NAMELESS_RSA.kid = ""
WEAK_RSA = new_rsa_key(key_size=1024, kid="weak", use="sig")
EC = new_ec_key("P-256", kid="ec", use="sig")
ED = OKPKey(priv_key=Ed25519PrivateKey.generate(), kid="ed", use="sig")

Answer = tuple[int, dict[str, str], bytes]


def as_json(document: object, status: int = 200) -> Answer:
    """An answer that is JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class MaliciousProvider:
    """The provider's answers; tests bend them."""

    issuer: str
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: Any = RSA
    alg: str = "RS256"
    header: dict[str, Any] = field(default_factory=dict)
    published: list[Any] = field(default_factory=lambda: [RSA, EC, ED, WEAK_RSA])
    instead: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def asked(self, path: str) -> int:
        """The number of times an address was asked."""
        return sum(seen.path == path for seen in self.seen)

    def answer(self, path: str) -> Answer:
        """The answer at an address."""
        if path in self.instead:
            return self.instead[path]()
        documents: dict[str, Callable[[], object]] = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": lambda: {"keys": [key.serialize() for key in self.published]},
            "/token": lambda: {
                "access_token": "access",
                "token_type": "Bearer",
                "id_token": self.token(),
                **self.tokens,
            },
            "/userinfo": lambda: {"sub": "ada", **self.userinfo},
        }
        return as_json(documents[path]()) if path in documents else as_json({}, 404)

    def token(self) -> str:
        """The id_token, bent as wished; a claim that is None is left out, {issuer} and {nonce} are filled in."""
        now = int(time.time())
        honest = {"iss": self.issuer, "sub": "ada", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": self.nonce}
        person = {"email": "ada@example.com", "email_verified": True, "name": "Ada Lovelace"}
        bent = {name: self._filled(value) for name, value in self.claims.items()}
        claims = {name: value for name, value in {**honest, **person, **bent}.items() if value is not None}
        header = {**({"kid": self.key.kid} if self.key and self.key.kid else {}), **self.header}
        signed: str = JWS(json.dumps(claims), alg=self.alg).sign_compact(
            [self.key] if self.key else None, protected=header
        )
        return signed

    def _filled(self, value: object) -> object:
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        return value.format(issuer=self.issuer, nonce=self.nonce) if isinstance(value, str) else value

    def _discovery(self) -> object:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.metadata,
        }


def shared_secret(key: bytes) -> SYMKey:
    """A key for HS256."""
    return SYMKey(key=key, kid="rsa", use="sig")


@contextmanager
def hostile(certificate: str | None = None) -> Iterator[MaliciousProvider]:
    """The provider on a free port; with a certificate file over https."""
    server = _Quiet(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if certificate else "http"
    provider = MaliciousProvider(f"{scheme}://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined] # the handler finds it here
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_args: object) -> None:
        """Nothing: clients that lose patience are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _serve(self, body: str) -> None:
        provider: MaliciousProvider = self.server.provider  # type: ignore[attr-defined]
        provider.seen.append(Seen(self.command, self.path, dict(self.headers), dict(parse_qsl(body))))
        status, headers, content = provider.answer(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Nothing: tests look at `seen`."""
