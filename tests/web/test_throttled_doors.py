"""The table of limits: for each, the requests that count, how they are answered until then, and who is not meant."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from app.config import Settings
from app.integrations.oidc import Begun
from app.models import Throttle
from app.services.access import throttle
from app.services.access.throttle import Limit
from app.services.organizing import join_codes
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, OWLS, SLUG, Game, act_by
from tests.web.running_app import API, RunningApp, SettableClock, Visitor, serving, sign_in

WISHES = {
    "board_visibility": "signed-in",
    "trusted_proxies": "127.0.0.1",
    "allow_http": True,
    "public_url": "http://127.0.0.1",
    "smtp_url": "smtp://127.0.0.1:1",
    "mail_from": "week@example.com",
    "oidc_issuer": "http://127.0.0.1:1",
    "oidc_client_id": "week",
    "oidc_client_secret": "not secret",
    "oidc_allowed_domains": "example.com",
}


@dataclass(frozen=True)
class House:
    """A site with every way in, behind a proxy; two who are signed in, a team's code, and tokens of two programs."""

    site: RunningApp
    one: Visitor
    other: Visitor
    code: str
    tokens: tuple[str, str]

    def ask(self, method: str, path: str, address: str, cookie: str = "", **fields: str) -> httpx.Response:
        """A request from this address, by whoever has this cookie."""
        headers = {"X-Forwarded-For": address, "Cookie": cookie}
        options = {"params" if method == "GET" else "data": fields}
        return self.site.ask(method, path, headers=headers, **options)

    def send(self, who: Visitor, path: str, address: str, **fields: str) -> httpx.Response:
        """A form of somebody's, from this address."""
        [(name, secret)] = who.cookies.items()
        return self.ask("POST", path, address, f"{name}={secret}", csrf=who.csrf, **fields)


@pytest.fixture
def house(game: Game, settings: Settings, clock: SettableClock) -> Iterator[House]:
    """That site."""
    with game.database.unit_of_work() as session:
        owls = teams.find(session, weeks.find(session, SLUG, game.now), game.team_id(OWLS))
        code = join_codes.renew(session, owls, act_by("Olu", game.now))
    with serving(settings.changed(**WISHES), clock) as site:
        one, other = sign_in(site, "one@example.com", "organizer"), sign_in(site, role="organizer")
        yield House(site, one, other, code, (site.token("admin"), site.token("admin", "read")))


HERE, THERE = "203.0.113.1", "203.0.113.2"
Knock = Callable[[House, int, bool], httpx.Response]
"""One request that counts: which one it is, and whether it is by another than those before."""


def address_for(is_other: bool) -> str:
    return THERE if is_other else HERE


def anywhere(number: int) -> str:
    return f"198.51.100.{number}"


def open_a_link(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("GET", f"/sign-in/link/al_{number}", address_for(is_other))


def use_a_link(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("POST", f"/sign-in/link/al_{number}", address_for(is_other))


def open_a_link_of_slack(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("GET", f"/sign-in/slack/al_{number}", address_for(is_other))


def use_a_link_of_slack(house: House, number: int, is_other: bool) -> httpx.Response:
    who = house.other if is_other else house.one
    return house.send(who, f"/sign-in/slack/al_{number}", address_for(is_other))


def undo_a_link_of_slack(house: House, number: int, is_other: bool) -> httpx.Response:
    who = house.other if is_other else house.one
    return house.send(who, f"/sign-in/slack/al_{number}/undo", address_for(is_other))


def ask_for_mails(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("POST", "/sign-in/email", address_for(is_other), email=f"{number}-{is_other}@example.com")


def ask_for_one_mail(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("POST", "/sign-in/email", anywhere(number), email=f"somebody-{is_other}@example.com")


def type_a_code(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("GET", "/join", address_for(is_other), code=f"wrong {number}")


def open_a_code(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("GET", f"/join/wrong-{number}", address_for(is_other))


def join_as_somebody_known(house: House, _number: int, is_other: bool) -> httpx.Response:
    return house.ask("POST", f"/join/{house.code}", address_for(is_other), name="Ada", email=ADA)


def come_from_the_company(house: House, number: int, is_other: bool) -> httpx.Response:
    """The provider is away, which must not let anybody try without end."""
    place = house.site.app.state.context
    begun = Begun(url="", redirect_uri="", state=str(number), nonce="", verifier="")
    cookie = place.key.sign("company", [asdict(begun), ""], place.clock.real())
    return house.ask("POST", "/sign-in/return", address_for(is_other), f"plain-company={cookie}", code="x")


def enter_a_display_code(house: House, number: int, is_other: bool) -> httpx.Response:
    who = house.other if is_other else house.one
    return house.send(who, "/organizer/displays", anywhere(number), code="wrong", name="Hall")


def enter_a_display_code_by_token(house: House, number: int, is_other: bool) -> httpx.Response:
    headers = {"X-Forwarded-For": anywhere(number), "Authorization": f"Bearer {house.tokens[is_other]}"}
    return house.site.ask("POST", f"{API}/displays", headers=headers, json={"code": "wrong", "name": "Hall"})


def claim_a_display(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.ask("POST", "/display/pairing", address_for(is_other), f"plain-display=ad_{number}")


def send_a_form(house: House, number: int, is_other: bool) -> httpx.Response:
    return house.send(house.other if is_other else house.one, "/me/settings", anywhere(number), name="", theme="dark")


def change_a_name(house: House, number: int, is_other: bool) -> httpx.Response:
    who = house.other if is_other else house.one
    return house.send(who, "/me/settings", anywhere(number), name=f"Name {number}", theme="dark")


ROUTES: dict[str, dict[Knock, int]] = {
    "LINKS_FROM_ADDRESS": {
        open_a_link: 404,
        use_a_link: 404,
        open_a_link_of_slack: 404,
        use_a_link_of_slack: 404,
        undo_a_link_of_slack: 404,
    },
    "MAILS_TO_ACCOUNT": {ask_for_one_mail: 303},
    "MAILS_FROM_ADDRESS": {ask_for_mails: 303},
    "JOINS_FROM_ADDRESS": {type_a_code: 404, open_a_code: 404, join_as_somebody_known: 409},
    "COMPANY_FROM_ADDRESS": {come_from_the_company: 503},
    "PAIRINGS_BY_PERSON": {enter_a_display_code: 422, enter_a_display_code_by_token: 422},
    "PAIRINGS_FROM_ADDRESS": {claim_a_display: 404},
    "NAMES_BY_PERSON": {change_a_name: 303},
    "FORMS_BY_PERSON": {send_a_form: 422},
}
CASES = [(name, *case) for name, cases in ROUTES.items() for case in cases.items()]


def test_every_limit_is_in_the_table() -> None:
    assert set(ROUTES) == {name for name, value in vars(throttle).items() if isinstance(value, Limit)}


@pytest.mark.parametrize(("name", "knock", "status"), CASES, ids=[knock.__name__ for _, knock, _ in CASES])
def test_limit_holds_for_who_tries_too_often_until_its_window_ends(
    house: House, clock: SettableClock, name: str, knock: Knock, status: int
) -> None:
    limit: Limit = getattr(throttle, name)

    statuses = [knock(house, number, False).status_code for number in range(2)]
    with house.site.database.unit_of_work() as session:
        session.execute(update(Throttle).values(count=(col(Throttle.count) - 1) * (limit.times - 2) + 1))
    statuses.append(knock(house, 2, False).status_code)
    refused, other = knock(house, limit.times, False), knock(house, 0, True)
    clock.now += limit.window
    later = knock(house, 0, False)

    assert statuses == [status] * 3
    assert (refused.status_code, refused.headers["retry-after"]) == (429, f"{limit.window.total_seconds():.0f}")
    assert f"Too many {limit.what}." in refused.text
    assert (other.status_code, later.status_code) == (status, status)
