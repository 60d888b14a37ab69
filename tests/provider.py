"""An honest OpenID provider as a process of its own, made of idpyoidc: other authors than our client's.

`python -m tests.provider` prints its issuer and serves until it is ended. Its people are PEOPLE; who signs in is the
request's `login_hint`, or the button pressed on its page. Nobody needs a password; "cancel" refuses.
"""

import argparse
import html
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

CLIENT, SECRET = "assembly-week", "a-secret-between-two-servers"
PUBLIC_CLIENT = "assembly-week-public"
WITH_SECRET = ["client_secret_basic", "client_secret_post"]
CANCEL = "cancel"
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"email": "Ada@example.com", "email_verified": True, "name": "Ada Lovelace"},
    "zoë": {"email": "zoe@example.com", "email_verified": True, "given_name": "Zoë", "family_name": "Ångström"},
    "new": {"email": "new@example.com", "email_verified": True, "name": "Newcomer"},
    "stranger": {"email": "stranger@elsewhere.example", "email_verified": True, "name": "Stranger"},
    "unverified": {"email": "ada@example.com", "email_verified": False, "name": "Not Ada"},
    "silent": {"email": "silent@example.com", "name": "Silent"},
    "nameless": {"email": "nameless@example.com", "email_verified": True},
    "mailless": {"name": "Mailless"},
}


@dataclass(frozen=True, slots=True)
class HonestProvider:
    """A running provider and the client registered with it; any address of this machine may be returned to."""

    issuer: str
    client_id: str = CLIENT
    client_secret: str = SECRET


@contextmanager
def running(now: datetime | None = None) -> Iterator[HonestProvider]:
    """A provider in its own process; its clock starts at `now` and goes on."""
    command = [sys.executable, "-m", "tests.provider", *(["--now", now.isoformat()] if now else [])]
    folder = Path(__file__).parents[1]
    process = subprocess.Popen(  # noqa: S603 (our own words)
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout
        yield HonestProvider(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.communicate(timeout=10)


def configuration(issuer: str, authentication: type) -> dict[str, Any]:
    """The configuration of idpyoidc."""
    from idpyoidc.server.oidc.authorization import Authorization
    from idpyoidc.server.oidc.provider_config import ProviderConfiguration
    from idpyoidc.server.oidc.token import Token
    from idpyoidc.server.oidc.userinfo import UserInfo

    keys = [{"type": "OCT", "use": ["enc"], "kid": kid} for kid in ("password", "salt")]
    secret = {"kwargs": {"keys": {"key_defs": keys}, "iterations": 1}}
    return {
        "issuer": issuer,
        "httpc_params": {"verify": False},
        "key_conf": {
            "key_defs": [{"type": "RSA", "key": "", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}],
            "uri_path": "jwks.json",
        },
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": ProviderConfiguration,
                "kwargs": {},
            },
            "authorization": {"path": "authorization", "class": Authorization, "kwargs": {}},
            "token": {"path": "token", "class": Token, "kwargs": {"client_authn_method": WITH_SECRET}},
            "userinfo": {"path": "userinfo", "class": UserInfo, "kwargs": {}},
        },
        "token_handler_args": {
            "code": {"lifetime": 60, "kwargs": {"crypt_conf": secret}},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 600}},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
        },
        "session_params": {"encrypter": secret},
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": PEOPLE}},
        "authentication": {"any": {"acr": "any", "class": authentication, "kwargs": {"user": ""}}},
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": True}},
            }
        },
    }


class Endpoints:
    """idpyoidc's endpoints, asked one at a time."""

    def __init__(self, issuer: str) -> None:
        from idpyoidc.server import Server
        from idpyoidc.server.user_authn.user import NoAuthn

        class Chosen(NoAuthn):  # type: ignore[misc] # untyped
            """Whoever the page says."""

            def authenticated_as(self, *_args: Any, **_kwargs: Any) -> Any:
                self.user = endpoints.user
                return super().authenticated_as()

        endpoints = self
        self.user = ""
        self.lock = Lock()
        self.server = Server(configuration(issuer, Chosen))
        for client, secret in ((CLIENT, SECRET), (PUBLIC_CLIENT, "")):
            self.server.context.cdb[client] = {
                "client_id": client,
                "client_secret": secret,
                "redirect_uris": [],
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
                "response_types_supported": ["code"],
                "allowed_scopes": ["openid", "email", "profile"],
            }

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        info = self.server.context.provider_info
        return {**dict(info), "jwks_uri": f"{self.server.issuer}/jwks.json"}

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        keys: dict[str, Any] = self.server.context.keyjar.export_jwks()
        return keys

    def authorize(self, query: Mapping[str, str]) -> str:
        """The browser's next address, as the person of the `login_hint`."""
        redirect_uri, client = query["redirect_uri"], self.server.context.cdb[query["client_id"]]
        # RFC 8252 7.3: any port of this machine may be returned to.
        if urlsplit(redirect_uri).hostname == "127.0.0.1" and (redirect_uri, {}) not in client["redirect_uris"]:
            client["redirect_uris"].append((redirect_uri, {}))
        if query["login_hint"] == CANCEL:
            return f"{redirect_uri}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        self.user = query["login_hint"]
        return str(self._ask("authorization", dict(query), {})["response"])

    def ask(self, name: str, body: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status and body of an endpoint for programs."""
        try:
            answer = self._ask(name, body, headers)
        except Exception as error:
            return 401, json.dumps({"error": "invalid_client", "error_description": str(error)})
        said = str(answer["response"])
        return (400 if "error" in json.loads(said) else 200), said

    def _ask(self, name: str, request: str | dict[str, str], headers: Mapping[str, str]) -> Any:
        endpoint = self.server.endpoint[name]
        info = {"headers": {key.lower(): value for key, value in headers.items()}}
        parsed = endpoint.parse_request(request, http_info=info)
        if "error" in parsed:
            return {"response": parsed.to_json()}
        answered = endpoint.process_request(parsed, http_info=info)
        if "error" in answered:
            return {"response": answered.to_json()}
        return endpoint.do_response(request=parsed, **answered)


class Handler(BaseHTTPRequestHandler):
    """The endpoints over HTTP."""

    endpoints: Endpoints

    def do_GET(self) -> None:
        """Discovery, keys, userinfo, the page."""
        parts = urlsplit(self.path)
        with self.endpoints.lock:
            if parts.path == "/.well-known/openid-configuration":
                self._say(200, json.dumps(self.endpoints.metadata()))
            elif parts.path == "/jwks.json":
                self._say(200, json.dumps(self.endpoints.keys()))
            elif parts.path == "/userinfo":
                self._say(*self.endpoints.ask("userinfo", "", self.headers))  # type: ignore[arg-type] # it has items()
            elif parts.path == "/authorization":
                self._authorize(dict(parse_qsl(parts.query)))
            else:
                self._say(404, "{}")

    def do_POST(self) -> None:
        """The token endpoint."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        is_public = dict(parse_qsl(body)).get("client_id") == PUBLIC_CLIENT
        with self.endpoints.lock:
            # "none" would excuse every client from its secret.
            self.endpoints.server.endpoint["token"].client_authn_method = ["none"] if is_public else WITH_SECRET
            self._say(*self.endpoints.ask("token", body, self.headers))  # type: ignore[arg-type]

    def _authorize(self, query: dict[str, str]) -> None:
        if "login_hint" in query:
            self.send_response(303)
            self.send_header("Location", self.endpoints.authorize(query))
            self.end_headers()
            return
        hidden = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in query.items())
        buttons = "".join(f'<button name="login_hint" value="{name}">{name}</button>' for name in (*PEOPLE, CANCEL))
        head = '<title>Who are you?</title><link rel="icon" href="data:,">'
        page = f'<!doctype html><html lang="en">{head}<form>{hidden}{buttons}</form></html>'
        self._say(200, page, "text/html")

    def _say(self, status: int, body: str, kind: str = "application/json") -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=datetime.fromisoformat)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.now:
        import time_machine  # which imports pytest: seconds that only a clock of its own is worth

        time_machine.travel(arguments.now).start()
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    Handler.endpoints = Endpoints(issuer)
    sys.stdout.write(f"{issuer}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
