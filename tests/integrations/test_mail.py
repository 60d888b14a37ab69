"""Mail against a real SMTP server on this machine, in every mood a server has."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.config import Settings, smtp
from app.errors import Busy, MailNotSent
from app.integrations import mail
from app.integrations.mail import MAX_AT_ONCE, Mailer, Message
from tests.smtp import Postbox, smtp_server

NOW = datetime(2022, 9, 14, 20, 0, tzinfo=UTC)
LETTER = Message("Grüße", "Guten Morgen, Zoë!\n\n.\nhttps://week.example.com/" + "x" * 200 + "\n")
USER, PASSWORD = "week@example.com", "p@ss:word/%"


@pytest.fixture
def postbox() -> Postbox:
    """An empty one."""
    return Postbox()


def box(url: str, sender: str = "Assembly Week <week@example.com>") -> Mailer:
    """Our mailbox, impatient."""
    return Mailer(smtp.parse_server(url), smtp.parse_sender(sender), seconds=2)


def encrypted(certificate: str) -> dict[str, Any]:
    """A server that demands STARTTLS and a login."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {"tls_context": context, "require_starttls": True, "authenticator": _authenticate, "auth_required": True}


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: LoginPassword) -> AuthResult:
    return AuthResult(success=(login.login, login.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@pytest.fixture
def believed(certificate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's certificate, vouched for."""
    monkeypatch.setattr(mail, "_certificates", lambda: ssl.create_default_context(cafile=certificate))


def test_send_delivers_a_message_as_it_was_written(postbox: Postbox) -> None:
    with smtp_server(postbox) as port:
        box(f"smtp://127.0.0.1:{port}").send("zoe@example.com", "Zoë Ångström, “Z”", LETTER, NOW)
    message = postbox.message()

    assert (postbox.envelopes[0].mail_from, postbox.envelopes[0].rcpt_tos) == ("week@example.com", ["zoe@example.com"])
    assert message.get_content().replace("\r\n", "\n") == LETTER.text
    assert message["Subject"] == "Grüße"
    assert [(to.display_name, to.addr_spec) for to in message["To"].addresses] == [
        ("Zoë Ångström, “Z”", "zoe@example.com")
    ]
    assert str(message["From"]) == "Assembly Week <week@example.com>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.com>")


def test_send_writes_seven_bits_and_short_lines(postbox: Postbox) -> None:
    with smtp_server(postbox) as port:
        box(f"smtp://127.0.0.1:{port}").send("zoe@example.com", "Zoë", LETTER, NOW)
    content = postbox.envelopes[0].content

    assert (content.isascii(), max(map(len, content.splitlines())) <= 78) == (True, True)


def test_send_writes_addresses_and_ids_as_they_are_however_long(postbox: Postbox) -> None:
    link, thread = f"https://week.example.com/unsubscribe/au_{'x' * 120}", "shift." + "0" * 80
    letter = replace(LETTER, unsubscribe=link, thread=thread)
    with smtp_server(postbox) as port:
        box(f"smtp://127.0.0.1:{port}").send("zoe@example.com", "Zoë", letter, NOW)
    headers = postbox.envelopes[0].content.split(b"\r\n\r\n")[0].decode().split("\r\n")

    assert [line for line in headers if len(line) > 78] == [
        f"References: <{thread}@example.com>",
        f"In-Reply-To: <{thread}@example.com>",
        f"List-Unsubscribe: <{link}>",
    ]


@pytest.mark.parametrize(
    ("to", "name", "subject"),
    [
        ("zoe@example.com\nBcc: all@example.com", "Zoë", "Hello"),
        ("zoe@example.com", "Zoë\r\nBcc: all@example.com", "Hello"),
        ("zoe@example.com", "Zoë", "Hello\nBcc: all@example.com"),
        ("zoe@example.com", "Zoë", "Hello\u2028Bcc: all@example.com"),
        ("zoe@example.com, all@example.com", "Zoë", "Hello"),
        ("zoe@example.com>\x00", "Zoë", "Hello"),
        ("Zoë <zoe@example.com>", "Zoë", "Hello"),
        ("zoe", "Zoë", "Hello"),
        ("", "Zoë", "Hello"),
    ],
)
def test_address_that_smuggles_more_is_refused(postbox: Postbox, to: str, name: str, subject: str) -> None:
    with smtp_server(postbox) as port, pytest.raises(MailNotSent):
        box(f"smtp://127.0.0.1:{port}").send(to, name, Message(subject, "text"), NOW)

    assert postbox.envelopes == []


@pytest.mark.usefixtures("believed")
def test_send_goes_over_starttls_with_a_login(postbox: Postbox, certificate: str) -> None:
    with smtp_server(postbox, **encrypted(certificate)) as port:
        url = f"smtp://week%40example.com:p%40ss%3Aword%2F%25@127.0.0.1:{port}?tls=always"
        box(url).send("zoe@example.com", "Zoë", LETTER, NOW)

    assert postbox.message()["Subject"] == "Grüße"


@pytest.mark.usefixtures("believed")
def test_send_goes_over_tls_from_the_start(postbox: Postbox, certificate: str) -> None:
    with _tls_tunnel(postbox, certificate) as port:
        box(f"smtps://127.0.0.1:{port}").send("zoe@example.com", "Zoë", LETTER, NOW)

    assert postbox.message()["Subject"] == "Grüße"


@contextmanager
def _tls_tunnel(postbox: Postbox, certificate: str) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with smtp_server(postbox, ssl_context=context) as port:
        yield port


@pytest.mark.usefixtures("believed")
def test_wrong_login_is_named(postbox: Postbox, certificate: str) -> None:
    with smtp_server(postbox, **encrypted(certificate)) as port, pytest.raises(MailNotSent, match="our login"):
        box(f"smtp://week:guessed@127.0.0.1:{port}?tls=always").send("zoe@example.com", "Zoë", LETTER, NOW)


def test_send_to_a_certificate_that_nobody_vouches_for_is_refused(postbox: Postbox, certificate: str) -> None:
    url = "smtp://{}@127.0.0.1:{}?tls=always"
    with smtp_server(postbox, **encrypted(certificate)) as port, pytest.raises(MailNotSent, match="encrypted"):
        box(url.format("week:secret", port)).send("zoe@example.com", "Zoë", LETTER, NOW)


def test_server_without_encryption_gets_neither_password_nor_message(postbox: Postbox) -> None:
    with smtp_server(postbox, auth_require_tls=False) as port, pytest.raises(MailNotSent, match="encryption"):
        box(f"smtp://week:secret@127.0.0.1:{port}?tls=always").send("zoe@example.com", "Zoë", LETTER, NOW)

    assert postbox.envelopes == []


@pytest.mark.parametrize(
    ("refusal", "said"), [("550 No such user", "Check its spelling"), ("451 Later", "didn’t take it")]
)
def test_server_that_refuses_is_named(postbox: Postbox, refusal: str, said: str) -> None:
    postbox.refusal = refusal

    with smtp_server(postbox) as port, pytest.raises(MailNotSent, match=said) as problem:
        box(f"smtp://127.0.0.1:{port}").send("zoe@example.com", "Zoë", LETTER, NOW)

    assert refusal not in problem.value.detail


def test_server_that_is_away_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(MailNotSent, match="can’t be reached"):
        box(f"smtp://127.0.0.1:{port}").send("zoe@example.com", "Zoë", LETTER, NOW)


def test_server_that_hangs_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = smtp.parse_server(f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        mailer = Mailer(server, smtp.parse_sender("week@example.com"), seconds=0.3)
        started = time.monotonic()

        with pytest.raises(MailNotSent, match="in time"):
            mailer.send("zoe@example.com", "Zoë", LETTER, NOW)

    assert time.monotonic() - started < 2


def test_server_that_goes_on_slowly_is_left_in_time() -> None:
    """Each step is in time, but there are too many of them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_dawdle, args=[listener], daemon=True)
        thread.start()
        server = smtp.parse_server(f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        mailer = Mailer(server, smtp.parse_sender("week@example.com"), seconds=0.5)
        started = time.monotonic()

        with pytest.raises(MailNotSent, match="in time"):
            mailer.send("zoe@example.com", "Zoë", LETTER, NOW)

    assert time.monotonic() - started < 2.5


def _dawdle(listener: socket.socket) -> None:
    """Answer everything as it should be, a letter at a time."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(b"220 slow\r\n")
        while connection.recv(1_000):
            for written in b"250 all is well, only wait a little longer\r\n":
                time.sleep(0.2)
                connection.sendall(bytes([written]))


def test_deliver_beyond_those_under_way_waits_no_longer_than_it_may() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = smtp.parse_server(f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        mailer = Mailer(server, smtp.parse_sender("week@example.com"), seconds=1.0, wait=0.2)

        async def play() -> list[object]:
            sending = [mailer.deliver("zoe@example.com", "Zoë", LETTER, NOW) for _ in range(6)]
            return [type(exception) for exception in await asyncio.gather(*sending, return_exceptions=True)]

        outcomes = asyncio.run(play())

    assert outcomes == [MailNotSent] * MAX_AT_ONCE + [Busy] * 2


def test_server_that_speaks_something_else_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_speak_http, args=[listener], daemon=True)
        thread.start()

        with pytest.raises(MailNotSent):
            box(f"smtp://127.0.0.1:{listener.getsockname()[1]}").send("zoe@example.com", "Zoë", LETTER, NOW)
        thread.join()


def _speak_http(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_mailbox_without_a_server_is_none() -> None:
    assert mail.mailer(Settings(_env_file=None)) is None


@pytest.mark.parametrize(
    ("minutes", "said"), [(15, "15 minutes"), (1, "1 minute"), (60, "1 hour"), (90, "90 minutes"), (10_080, "7 days")]
)
def test_sign_in_letter_says_how_long_its_link_works(minutes: int, said: str) -> None:
    written = mail.sign_in_letter("Ada", "https://week.example.com/sign-in/abc", minutes, "Assembly Week")

    assert written.text.splitlines()[4:7] == [
        "https://week.example.com/sign-in/abc",
        "",
        f"It works once, within {said}. Don’t forward it: it signs in as you.",
    ]
