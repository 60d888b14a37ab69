"""The mail server and the sender, as the settings write them."""

import pytest

from app.config.smtp import parse_sender, parse_server


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://mail.example.com", "STARTTLS", 587),
        ("smtp://mail.example.com:25", "STARTTLS", 25),
        ("smtp://mail.example.com?tls=never", "never", 587),
        ("smtp://localhost:25", "never", 25),
        ("smtp://[::1]:25", "never", 25),
        ("smtp://localhost:25?tls=always", "STARTTLS", 25),
        ("smtps://mail.example.com", "at once", 465),
    ],
)
def test_parse_server_encrypts_the_way_unless_it_stays_on_this_machine(url: str, tls: str, port: int) -> None:
    server = parse_server(url)

    assert (server.tls, server.port) == (tls, port)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://mail.example.com:port",
        "smtp://mail.example.com/path",
        "smtp://mail.example.com?tls=maybe",
        "smtp://mail.example.com?ssl=1",
        "smtps://mail.example.com?tls=never",
        "smtp://mail.example.com\n",
        "smtp://week:p%C3%B6st@mail.example.com",
    ],
)
def test_parse_server_refuses_what_is_no_server(url: str) -> None:
    with pytest.raises(ValueError, match="ASSEMBLY_WEEK_SMTP_URL"):
        parse_server(url)


@pytest.mark.parametrize(
    "sender", ["", "week", "Week <week>", "a@example.com, b@example.com", "Week <a@example.com>\nBcc: b@c.d"]
)
def test_parse_sender_refuses_what_is_not_one_address(sender: str) -> None:
    with pytest.raises(ValueError, match="ASSEMBLY_WEEK_MAIL_FROM must be one address"):
        parse_sender(sender)


def test_server_does_not_show_its_password() -> None:
    server = parse_server("smtp://week:p%40ss@mail.example.com")

    assert (server.password, "p@ss" in repr(server)) == ("p@ss", False)
