"""Sign-in by e-mail with a real mail server: a link for whoever is known, the same answer for everybody."""

import logging
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sqlmodel import col, func, select

from app.config import Settings
from app.models import AuditEntry, QueuedJob, SignInLink, Throttle
from app.services.access import throttle
from app.services.access.links import BY_MAIL, GONE
from app.services.audit import audit
from tests.builders import ADA, BO, SLUG, Game
from tests.smtp import Postbox, smtp_server
from tests.web.anonymous_browser import browsing, refusal_in, switch_off
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, RunningApp, SettableClock, serving, spend, until

PUBLIC = "https://week.example.com/"
NO_ADDRESS = {
    "empty": "",
    "no e-mail": "ada",
    "two": f"{ADA}, {BO}",
    "smuggled": f"{ADA}\r\nBcc: eve@example.com",
    "a NUL": f"{ADA}\x00",
    "another letter": ADA.replace("a", "\uff41"),
    "unseen": f"ad\u200da{ADA[3:]}",
    "long": "a" * 300 + ADA,
    "very long": "a" * 50_000,
}


@pytest.fixture
def postbox() -> Postbox:
    """The mail server's inbox."""
    return Postbox()


@pytest.fixture
def office(game: Game, settings: Settings, clock: SettableClock, postbox: Postbox) -> Iterator[RunningApp]:
    """A site that sends mail, where the standard week is on."""
    assert game.slug == SLUG
    with smtp_server(postbox) as port, serving(mailing(settings, port), clock) as site:
        yield site


def mailing(settings: Settings, port: int) -> Settings:
    """The same settings with a mail server."""
    wishes = {"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "week@example.com", "public_url": PUBLIC}
    return settings.changed(**wishes)


def links_made(site: RunningApp) -> list[SignInLink]:
    """Every link there is."""
    with site.database.reading() as session:
        return list(session.exec(select(SignInLink).order_by(col(SignInLink.created_at))).all())


def counts(link: SignInLink) -> bool:
    """Tell whether a link lets anybody in."""
    return link.person_id is not None and link.revoked_at is None


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """All that an answer says, its moment and its request's id apart."""
    headers = [(name, value) for name, value in answer.headers.multi_items() if name not in {"date", "x-request-id"}]
    return answer.status_code, answer.content, headers


@BOTH_ENGINES
@pytest.mark.parametrize("typed", [ADA, "  ADA@Example.COM "])
def test_known_address_gets_a_link_that_signs_in_once(office: RunningApp, postbox: Postbox, typed: str) -> None:
    with browsing(office) as ada:
        answer = ada.send("/sign-in/email", email=typed)
        until(lambda: postbox.envelopes)
        (line,) = [line for line in postbox.message().get_content().splitlines() if line.startswith(PUBLIC)]
        link = line.removeprefix(PUBLIC.rstrip("/"))

        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=mailed")
        assert (postbox.envelopes[0].rcpt_tos, postbox.message()["To"]) == ([ADA], "Ada Lovelace <ada@example.com>")
        assert ("Hello <bdi>Ada Lovelace" in ada.get(link).text, ada.send(link).status_code, ada.is_in()) == (
            True,
            303,
            True,
        )
        assert refusal_in(ada.send(link)) == GONE


def test_link_in_a_message_leads_on_to_the_page_that_was_wanted(office: RunningApp, postbox: Postbox) -> None:
    with browsing(office) as ada:
        page = ada.get("/sign-in", params={"to": f"week_shifts/{SLUG}"})
        [action] = re.findall(r'action="(/sign-in/email[^"]*)"', page.text)
        ada.send(action, email=ADA)
        until(lambda: postbox.envelopes)
        (line,) = [line for line in postbox.message().get_content().splitlines() if line.startswith(PUBLIC)]

        assert ada.send(line.removeprefix(PUBLIC.rstrip("/"))).headers["location"] == f"/weeks/{SLUG}/shifts"


def test_link_in_a_message_lasts_thirty_minutes(office: RunningApp, postbox: Postbox, clock: SettableClock) -> None:
    with browsing(office) as ada:
        ada.send("/sign-in/email", email=ADA)
        until(lambda: postbox.envelopes)
        link = re.findall(r"/sign-in/link/\S+", postbox.message().get_content())[0]
        clock.now += timedelta(minutes=30)

        assert (ada.get(link).status_code, ada.send(link).status_code, ada.is_in()) == (404, 404, False)


@pytest.mark.parametrize("host", ["10.6.6.6", "localhost", "[::1]:9"])
def test_host_of_the_request_cannot_choose_where_the_link_leads(
    office: RunningApp, postbox: Postbox, host: str
) -> None:
    with browsing(office, Host=host) as eve:
        eve.send("/sign-in/email", {"Origin": f"http://{host}"}, email=ADA)

    time.sleep(0.3)
    assert [
        PUBLIC in envelope.content.decode() and host not in envelope.content.decode() for envelope in postbox.envelopes
    ] in (
        [],
        [True],
    )


@BOTH_ENGINES
@pytest.mark.usefixtures("quiet_log")
def test_answer_says_nothing_about_who_is_known(office: RunningApp, postbox: Postbox) -> None:
    switch_off(office, BO)
    with browsing(office) as somebody:
        known = somebody.send("/sign-in/email", email=ADA)
        until(lambda: postbox.envelopes)
        answers = [somebody.send("/sign-in/email", email=email) for email in ("nobody@example.com", BO)]

    assert [told(answer) for answer in answers] == [told(known)] * 2
    time.sleep(0.3)
    assert (len(postbox.envelopes), [counts(link) for link in links_made(office)].count(True)) == (1, 1)


@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize("typed", NO_ADDRESS.values(), ids=NO_ADDRESS)
def test_what_nobody_can_have_is_told_at_the_field(office: RunningApp, typed: str) -> None:
    with browsing(office) as somebody:
        answer = somebody.send("/sign-in/email", email=typed)

    assert (answer.status_code, list(mistakes(answer))) == (422, ["email"])
    assert written(office)[0] == 0


def written(site: RunningApp) -> tuple[int, int]:
    """The number of rows an answer leaves behind: queued jobs, counted tries."""
    with site.database.reading() as session:
        tries = session.exec(select(func.sum(Throttle.count))).one()
        jobs = session.exec(select(func.count()).select_from(QueuedJob).where(QueuedJob.kind == BY_MAIL)).one()
        return jobs, int(tries or 0)


def trace(site: RunningApp) -> tuple[int, int]:
    """The number of links, and of the audit's entries."""
    with site.database.reading() as session:
        return len(session.exec(select(SignInLink)).all()), len(session.exec(select(AuditEntry)).all())


@BOTH_ENGINES
def test_as_much_is_written_before_the_answer_whoever_is_known(office: RunningApp) -> None:
    switch_off(office, BO)
    rows = [written(office)]
    with browsing(office) as somebody:
        for email in (ADA, "nobody@example.com", BO, "x@example.org"):
            somebody.send("/sign-in/email", email=email)
            rows.append(written(office))

    grown = [tuple(now - before for before, now in zip(*pair, strict=True)) for pair in pairwise(rows)]
    assert grown == [(1, 2)] * 4


@BOTH_ENGINES
@pytest.mark.parametrize("email", [ADA, "nobody@example.com"])
def test_as_much_is_written_after_the_answer_whoever_is_known(office: RunningApp, email: str) -> None:
    links, notes = trace(office)
    with browsing(office) as somebody:
        somebody.send("/sign-in/email", email=email)

    until(lambda: trace(office) == (links + 1, notes + 1))


def test_link_of_an_address_nobody_has_lets_nobody_in(office: RunningApp) -> None:
    with browsing(office) as somebody:
        somebody.send("/sign-in/email", email="nobody@example.com")
    until(lambda: links_made(office))

    (link,) = links_made(office)
    assert (link.person_id, link.revoked_at, counts(link)) == (None, office.clock.now, False)


def test_organizers_see_that_somebody_asked_in_vain(office: RunningApp) -> None:
    with browsing(office) as somebody:
        somebody.send("/sign-in/email", email="nobody@example.com")
    until(lambda: links_made(office))
    with office.database.reading() as session:
        entry = audit.page(session, audit.Filter(action="link.refused"), cursor=None, limit=9).items[0]

    said = (entry.by, entry.address, entry.object_kind, entry.object_name, entry.after)
    assert said == ("the sign-in page", "127.0.0.1", "page", "the sign-in page", None)


def test_answer_does_not_wait_for_the_mail_server(game: Game, settings: Settings, clock: SettableClock) -> None:
    assert game.slug == SLUG
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with serving(mailing(settings, port), clock) as site, browsing(site) as somebody:
            somebody.get("/sign-in")
            seconds = [_seconds(somebody, email) for email in (ADA, "nobody@example.com", BO, "no@example.com")]

    assert max(seconds) < 2


def _seconds(somebody: Any, email: str) -> float:
    begun = time.monotonic()
    assert somebody.send("/sign-in/email", email=email).status_code == 303
    return time.monotonic() - begun


def test_mail_server_that_refuses_is_the_logs_matter(
    office: RunningApp, postbox: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    postbox.refusal = "550 No such user"
    with browsing(office) as ada:
        answer = ada.send("/sign-in/email", email=ADA)

        until(lambda: caplog.records)
        assert (answer.status_code, caplog.records[0].levelno) == (303, logging.WARNING)
        assert (ADA in caplog.text, "al_" in caplog.text) == (False, False)


@BOTH_ENGINES
@pytest.mark.parametrize(("address", "allowed"), [(ADA, 5), ("nobody@example.com", 5), ("", 20)])
def test_messages_are_throttled_for_parallel_tries_too(
    office: RunningApp, postbox: Postbox, address: str, allowed: int
) -> None:
    if not address:
        spend(office, throttle.MAILS_FROM_ADDRESS, all_but=allowed)

    def ask(number: int) -> httpx.Response:
        with browsing(office) as somebody:
            return somebody.send("/sign-in/email", email=address or f"somebody-{number}@example.com")

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(ask, range(24)))

    assert sorted(answer.status_code for answer in answers) == [303] * allowed + [429] * (24 - allowed)
    wait = "3600" if address else "600"
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 429} == {wait}
    if address == ADA:
        until(lambda: len(postbox.envelopes) == allowed)


def test_throttle_counts_anew_after_an_hour(office: RunningApp, clock: SettableClock) -> None:
    with browsing(office) as somebody:
        statuses = [somebody.send("/sign-in/email", email="x@example.com").status_code for _ in range(6)]
        clock.now += timedelta(hours=1)
        statuses.append(somebody.send("/sign-in/email", email="X@example.com").status_code)

    assert statuses == [303] * 5 + [429, 303]


def test_audit_does_not_say_that_its_owner_asked_for_a_link(office: RunningApp, postbox: Postbox) -> None:
    with browsing(office) as eve:
        eve.send("/sign-in/email", email=ADA)
        until(lambda: postbox.envelopes)
    with office.database.reading() as session:
        entry = audit.page(session, audit.Filter(action="link.made"), cursor=None, limit=9).items[0]

    assert (entry.by, entry.address, entry.person_id, entry.object_name) == (
        "the sign-in page", "127.0.0.1", None, "Ada Lovelace",
    )  # fmt: skip
