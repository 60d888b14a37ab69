"""Sign-in with the company's account against a real provider in a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from re import findall
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from sqlmodel import select

from app.config import Settings
from app.models import Identity, Person, SignIn
from app.services.access import accounts, identities
from tests.builders import ADA, SLUG, Game, act_by
from tests.provider import CANCEL, CLIENT, SECRET, HonestProvider, running
from tests.web.anonymous_browser import AnonymousBrowser, browsing, link_for, refusal_in, switch_off
from tests.web.running_app import RunningApp, SettableClock, serving, sign_in
from tests.web.test_forms import multipart

CARRIED = "plain-company"


@pytest.fixture(scope="module")
def provider() -> Iterator[HonestProvider]:
    """A running provider."""
    with running() as provider:
        yield provider


@pytest.fixture
def clock() -> SettableClock:
    """The provider's clock is the real one, so ours is too."""
    return SettableClock(datetime.now(UTC))


@pytest.fixture
def firm(game: Game, settings: Settings, clock: SettableClock, provider: HonestProvider) -> Iterator[RunningApp]:
    """A site whose company is the provider."""
    assert game.slug == SLUG
    with serving(with_company(settings, provider.issuer), clock) as site:
        yield site


def with_company(settings: Settings, issuer: str) -> Settings:
    """The same settings with a company's provider."""
    wishes = {
        "oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_label": "Example Corp",
        "oidc_allowed_domains": "example.com",
    }  # fmt: skip
    return settings.changed(**wishes)


@dataclass(frozen=True)
class Counts:
    """The rows that a sign-in could leave behind."""

    people: int
    identities: int
    sign_ins: int


def counts(site: RunningApp) -> Counts:
    """The number of those rows."""
    with site.database.reading() as session:
        return Counts(*(len(session.exec(select(table)).all()) for table in (Person, Identity, SignIn)))


def answer_for(browser: AnonymousBrowser, who: str, to: str = "") -> dict[str, str]:
    """Go to the provider, sign in there as somebody, and bring its answer back, not yet sent on."""
    away = browser.get("/sign-in/company", params={"to": to} if to else {})
    assert away.status_code == 303, away.text
    query = {**dict(parse_qsl(urlsplit(away.headers["location"]).query)), "login_hint": who}
    back = httpx.get(f"{away.headers['location'].partition('?')[0]}?{urlencode(query)}", timeout=20).headers["location"]
    return dict(parse_qsl(urlsplit(back).query))


def come_in(browser: AnonymousBrowser, who: str, to: str = "") -> httpx.Response:
    """The whole way."""
    return browser.send("/sign-in/return", **answer_for(browser, who, to))


def known(site: RunningApp, email: str) -> Person | None:
    """Somebody, if there is somebody."""
    with site.database.reading() as session:
        return accounts.by_email(session, email)


def test_first_sign_in_makes_a_person_and_the_second_finds_them(firm: RunningApp) -> None:
    before = counts(firm)
    with browsing(firm) as new, browsing(firm) as elsewhere:
        first, second = come_in(new, "new"), come_in(elsewhere, "new")

        assert [(answer.status_code, answer.headers["location"]) for answer in (first, second)] == [(303, "/me")] * 2
        assert (new.is_in(), elsewhere.is_in(), new.client.cookies.get(CARRIED)) == (True, True, None)
    assert counts(firm) == Counts(before.people + 1, before.identities + 1, before.sign_ins + 2)
    person = known(firm, "new@example.com")
    assert person is not None
    assert (person.name, person.role) == ("Newcomer", "player")


def test_existing_person_is_linked_by_e_mail_once(firm: RunningApp) -> None:
    before = counts(firm)
    with browsing(firm) as ada:
        come_in(ada, "ada")
        come_in(ada, "ada")

    assert counts(firm) == Counts(before.people, before.identities + 1, before.sign_ins + 2)


def test_person_is_found_by_issuer_and_subject_whatever_their_e_mail(firm: RunningApp) -> None:
    with browsing(firm) as ada:
        come_in(ada, "ada")
        with firm.database.unit_of_work() as session:
            person = accounts.by_email(session, ADA)
            assert person is not None
            person.email = "countess@example.com"
            session.add(person)
        before = counts(firm)

        come_in(ada, "ada")

    assert (counts(firm).people, counts(firm).identities) == (before.people, before.identities)


def test_second_account_with_the_same_e_mail_takes_nobody_over(firm: RunningApp, provider: HonestProvider) -> None:
    with firm.database.unit_of_work() as session:
        identities.find_or_link(
            session, act_by("", firm.clock.now), issuer=provider.issuer, subject="another", name="Ada", email=ADA
        )
    with browsing(firm) as impostor:
        refused = come_in(impostor, "ada")

        assert (refused.status_code, impostor.is_in()) == (403, False)
    assert refusal_in(refused).startswith("Another company account uses this email.")


@pytest.mark.parametrize(
    ("who", "status", "said"),
    [
        ("stranger", 403, "Accounts of this email domain may not sign in here."),
        ("unverified", 403, "The email of your account isn’t verified."),
        ("mailless", 403, "Signing in with Example Corp tells us no email"),
        (CANCEL, 401, "Sign-in failed: it was cancelled"),
    ],
)
def test_account_that_may_not_come_in_is_told_why(firm: RunningApp, who: str, status: int, said: str) -> None:
    before = counts(firm)
    with browsing(firm) as somebody:
        refused = come_in(somebody, who)

        assert (refused.status_code, refusal_in(refused)[: len(said)], somebody.is_in()) == (status, said, False)
        assert "Continue with Example Corp" in refused.text
    assert counts(firm) == before


def test_sign_in_of_somebody_switched_off_is_refused(firm: RunningApp) -> None:
    switch_off(firm)
    before = counts(firm)
    with browsing(firm) as ada:
        refused = come_in(ada, "ada")

    assert (refused.status_code, refusal_in(refused)[:28]) == (401, "This account is deactivated.")
    assert counts(firm) == before


def test_answer_for_another_browser_or_none_signs_nobody_in(firm: RunningApp) -> None:
    before = counts(firm)
    with browsing(firm) as eve, browsing(firm) as victim, browsing(firm) as fresh:
        planted = answer_for(eve, "new")
        own = answer_for(victim, "ada")

        mixed = victim.send("/sign-in/return", **planted)
        too_late = victim.send("/sign-in/return", **own)
        bare = fresh.send("/sign-in/return", **planted)

        assert [answer.status_code for answer in (mixed, too_late, bare)] == [401] * 3
        assert (victim.is_in(), fresh.is_in()) == (False, False)
    assert counts(firm) == before


def test_answer_counts_once(firm: RunningApp) -> None:
    with browsing(firm) as ada, browsing(firm) as thief:
        answer = answer_for(ada, "ada")
        carried = ada.client.cookies[CARRIED]
        ada.send("/sign-in/return", **answer)
        before = counts(firm)

        thief.client.cookies.set(CARRIED, carried)
        again = thief.send("/sign-in/return", **answer)

        assert (again.status_code, thief.is_in(), counts(firm)) == (401, False, before)


@pytest.mark.parametrize("changed", ["gone", "bent", "old", "of a clock that was ahead"])
def test_sign_in_nobody_here_began_lately_is_lost(firm: RunningApp, changed: str) -> None:
    with browsing(firm) as ada:
        answer = answer_for(ada, "ada")
        match changed:
            case "gone":
                ada.client.cookies.clear()
            case "bent":
                text = ada.client.cookies.pop(CARRIED)
                ada.client.cookies.set(CARRIED, f"{text[:-9]}{'a' if text[-9] != 'a' else 'b'}{text[-8:]}")
            case "old":
                firm.clock.set(firm.clock.now + timedelta(minutes=10))
            case _:
                firm.clock.set(firm.clock.now - timedelta(minutes=2))
        refused = ada.send("/sign-in/return", **answer)

        assert (refused.status_code, ada.is_in()) == (401, False)
    assert refusal_in(refused) == (
        "This sign-in took too long, or started in another browser. Start again from the sign-in page."
    )


def test_returning_page_changes_nothing_and_has_a_form_that_works_without_scripts(firm: RunningApp) -> None:
    before = counts(firm)
    with browsing(firm) as ada:
        answer = answer_for(ada, "ada")
        page = ada.get("/sign-in/return", params={**answer, "code": answer["code"], "extra": '"><script>'})
        fields = {
            name: unescape(value) for name, value in findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        }

        assert (counts(firm), ada.is_in(), fields) == (
            before,
            False,
            {**fields, **{k: answer[k] for k in ("code", "state")}},
        )
        assert set(fields) <= {"code", "state", "iss", "error"}
        assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "strict-origin")
        assert ("<button" in page.text, "<script>" in page.text) == (True, False)
        assert ada.send("/sign-in/return", **fields).status_code == 303


@pytest.mark.usefixtures("quiet_log")
def test_nonsense_for_an_answer_is_refused_without_a_failure(firm: RunningApp) -> None:
    with browsing(firm) as eve:
        for given in ({"code": "\x00"}, {"code": "x" * 5_000, "state": "\ud7ff"}, {"state": ["a", "b"]}, {}):
            answer_for(eve, "ada")
            assert eve.send("/sign-in/return", **given).status_code == 401
        assert eve.send("/sign-in/return", code="x" * 500_000).status_code == 413
        assert eve.get("/sign-in/return", params={"code": "x" * 10_000, "state": "\x00"}).status_code == 200
        for encoding in ("undefined", "punycode", "utf-7"):
            body = multipart(('name="code"', b"+2AA-\xff"), ('name="state"', b"+2AA-"), charset=encoding)
            assert firm.post("/sign-in/return", **body).status_code in {401, 422}


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("board", "/"),
        (f"guestbook/{SLUG}", f"/weeks/{SLUG}/guestbook"),
        ("https://evil.example", "/me"),
        ("x" * 5_000, "/me"),
    ],
)
def test_company_sign_in_leads_where_somebody_wanted(firm: RunningApp, to: str, path: str) -> None:
    with browsing(firm) as ada:
        assert come_in(ada, "ada", to).headers["location"] == path


def test_signing_in_with_the_company_ends_what_the_browser_had(firm: RunningApp) -> None:
    with browsing(firm) as ada:
        ada.send(link_for(firm))
        old = ada.secret
        come_in(ada, "new")

        assert ada.secret != old
        ada.client.headers["Cookie"] = f"plain-sign-in={old}"
        assert not ada.is_in()


def test_provider_that_is_away_leaves_another_way(game: Game, settings: Settings, clock: SettableClock) -> None:
    assert game.slug == SLUG
    with serving(with_company(settings, "http://127.0.0.1:1"), clock) as site, browsing(site) as ada:
        page = ada.get("/sign-in/company")

        assert (page.status_code, page.headers["retry-after"]) == (503, "2")
        assert (bool(refusal_in(page)), 'id="code-title"' in page.text, ada.client.cookies.get(CARRIED)) == (
            True,
            True,
            None,
        )
        assert sign_in(site).get("/me/mark.css").text != ""
