"""`/organizer/tokens`: made, shown once, revoked."""

import pytest

from app.models import Token
from app.services.access import tokens
from tests.web.organizer.reading import flash, secret_on, text_of
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, Visitor, sign_in

TOKENS = "/organizer/tokens"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def every(site: RunningApp) -> list[Token]:
    with site.database.reading() as session:
        return tokens.every(session)


@BOTH_ENGINES
def test_a_token_is_shown_once_and_works_until_it_is_revoked(site: RunningApp, olu: Visitor) -> None:
    answer = olu.post(TOKENS, name="Bridge", scope=["read", "activities:write"], days="30")
    bearer = {"Authorization": f"Bearer {secret_on(answer)}"}

    works = site.get(f"{API}/weeks", headers=bearer)
    listed = olu.get(TOKENS)
    revoked = olu.post(f"{TOKENS}/{every(site)[0].id}/revoke")

    assert (answer.status_code, answer.headers["cache-control"], works.status_code) == (200, "no-store", 200)
    assert "Bridge Created 14 Sep 2022, 13:00 read, activities:write 14 Oct 2022, 13:00" in text_of(listed)
    assert secret_on(answer) not in listed.text
    assert (revoked.status_code, revoked.headers["location"]) == (303, f"{TOKENS}?done=revoked")
    assert site.get(f"{API}/weeks", headers=bearer).status_code == 401


def test_the_newest_token_is_first(site: RunningApp, olu: Visitor) -> None:
    for name in ("First", "Second"):
        olu.post(TOKENS, name=name, scope="read", days="")

    text = text_of(olu.get(TOKENS))

    assert text.index("Second") < text.index("First")
    assert every(site)[0].expires_at is None


@pytest.mark.parametrize(
    ("name", "scope", "days"),
    [("", ["read"], "7"), ("Bridge", [], "7"), ("Bridge", ["all"], "7"), ("Bridge", ["read"], "soon"),
     ("Bridge", ["read"], "0"), ("Bridge", ["read"], "3651"), ("Bridge", ["read"], "9" * 5_000),
     ("x" * 61, ["read"], "7")],
)  # fmt: skip
def test_a_token_that_cannot_be_comes_back_as_typed(
    site: RunningApp, olu: Visitor, name: str, scope: list[str], days: str
) -> None:
    page = olu.post(TOKENS, name=name, scope=scope, days=days)

    assert (page.status_code, flash(page) != "", every(site)) == (422, True, [])
    assert (f'value="{name}"' in page.text, f'value="{days}"' in page.text) == (True, True)
    assert ('value="read" checked' in page.text) == ("read" in scope)


def test_a_name_that_is_taken_is_refused(site: RunningApp, olu: Visitor) -> None:
    answers = [olu.post(TOKENS, name="Bridge", scope="read", days="7") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]


def test_owners_alone_make_tokens_that_may_do_everything(site: RunningApp, olu: Visitor) -> None:
    owner = sign_in(site, "ada@example.com", "owner")

    refused = olu.post(TOKENS, name="Everything", scope=["read", "admin"], days="7")
    answer = owner.post(TOKENS, name="Everything", scope=["admin"], days="7")

    assert (refused.status_code, secret_on(refused), answer.status_code) == (403, "", 200)
    assert "Only owners create tokens with the scope admin." in flash(refused)
    assert ['value="admin"' in visitor.get(TOKENS).text for visitor in (olu, owner)] == [False, True]


def test_an_unknown_or_revoked_token_cannot_be_revoked(site: RunningApp, olu: Visitor) -> None:
    olu.post(TOKENS, name="Bridge", scope="read", days="7")
    here = f"{TOKENS}/{every(site)[0].id}/revoke"

    answers = [
        olu.post(each)
        for each in (here, here, f"{TOKENS}/0/revoke", f"{TOKENS}/x/revoke", f"{TOKENS}/{'9' * 99}/revoke")
    ]

    assert [answer.status_code for answer in answers] == [303, 409, 404, 404, 404]


def test_nothing_happens_without_the_forms_token_or_the_role(site: RunningApp, olu: Visitor) -> None:
    olu.post(TOKENS, name="Bridge", scope="read", days="7")
    gus = sign_in(site, "gus@example.com")

    statuses = [
        visitor.post(where, csrf=csrf, name="Eve", scope="read", days="7").status_code
        for visitor, csrf in ((olu, "wrong"), (gus, None))
        for where in (TOKENS, f"{TOKENS}/{every(site)[0].id}/revoke")
    ]

    assert statuses == [403] * 4
    assert [(token.name, token.revoked_at) for token in every(site)] == [("Bridge", None)]
