"""`/organizer/sources`: connect a tool, wait for its first delivery, change its secret, end it."""

import re
from html import unescape

import pytest

from app.domain.intake.kinds import KINDS
from tests.integrations.sources import samples
from tests.integrations.sources.samples import GITHUB, ZENDESK, Sample
from tests.web.running_app import RunningApp, Visitor, sign_in, until

SOURCES = "/organizer/sources"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    site.clock.set(samples.NOW)
    return sign_in(site, "olu@example.com", "organizer")


def words(page: str) -> str:
    """The text of a page, as somebody reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def shown(page: str) -> list[str]:
    """The texts that a page offers to copy."""
    return [unescape(each).strip() for each in re.findall(r'<code class="secret">(.*?)</code>', page, re.DOTALL)]


def connect(olu: Visitor, kind: str, **fields: str) -> str:
    """Connect a tool; the page that shows its secret."""
    answer = olu.post(SOURCES, kind=kind, **fields)
    assert answer.status_code == 200, words(answer.text)
    return answer.text


def send(site: RunningApp, path: str, sample: Sample, secret: str, **more: str) -> int:
    """Send a sample; the status."""
    envelope = sample.envelope(secret=secret, **more)
    headers = {name.decode(): value.decode() for name, value in envelope.headers}
    return site.post(path, headers=headers, content=envelope.body).status_code


def test_page_without_connections_leads_to_each_kind(olu: Visitor) -> None:
    page = olu.get(SOURCES).text

    assert "No connections yet." in page
    assert all(f"{SOURCES}/connect/{kind}" in page for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_connect_shows_the_steps_before_and_the_exact_address_after(olu: Visitor, kind: str) -> None:
    before = olu.get(f"{SOURCES}/connect/{kind}").text
    after = connect(olu, kind, name=f"{kind}-eu")

    assert f"Connect {KINDS[kind].title}" in before
    assert ("/hooks/" in words(before), before.index("</form>") < before.index('id="steps"')) == (False, True)
    address = next(each for each in shown(after) if "/hooks/" in each)
    assert f"/hooks/{kind}-eu" in address
    secrets = [each for each in shown(after) if each.startswith("whsec_")]
    assert len(secrets) == (KINDS[kind].signs_with == "ours")
    again = olu.get(f"{SOURCES}/{kind}-eu").text
    assert not [each for each in shown(again) if each.startswith("whsec_")], "it is shown once"
    assert (address in shown(again)) == (not KINDS[kind].has_key)


def test_connect_says_what_is_wrong_at_its_field(olu: Visitor) -> None:
    connect(olu, "github")

    taken = olu.post(SOURCES, kind="github", name="github")
    bad = olu.post(SOURCES, kind="github", name="Hub 1!", account="a b", secret="é")

    assert (taken.status_code, bad.status_code) == (409, 422)
    assert 'id="name-error">There is a connection “github” already.' in taken.text
    assert 'id="name-error">A connection’s name has' in bad.text
    assert 'id="account-error">An account has' in bad.text
    assert olu.post(SOURCES, kind="github", name="connect").status_code == 422
    assert olu.post(SOURCES, kind="fax").status_code == 422
    assert olu.get(f"{SOURCES}/connect/fax").status_code == 404
    nowhere = olu.get(f"{SOURCES}/nowhere")
    assert (nowhere.status_code, f'href="{SOURCES}">Go to the sources' in nowhere.text) == (404, True)
    assert "There’s no connection “nowhere”." in words(nowhere.text)


def test_page_shows_how_the_first_delivery_was_understood_and_why_none_is_taken(site: RunningApp, olu: Visitor) -> None:
    secret = next(each for each in shown(connect(olu, "github")) if each.startswith("whsec_"))
    page = f"{SOURCES}/github"
    assert "Waiting for the first delivery" in olu.get(page).text

    send(site, "/hooks/github", GITHUB, "wrong")
    until(lambda: "signs with another secret" in words(olu.get(page).text))
    site.post("/hooks/github", headers={**GITHUB.headers, **GITHUB.sign(secret, b"payload=1"),
              "content-type": "application/x-www-form-urlencoded"}, content=b"payload=1")  # fmt: skip
    until(lambda: "Set the content type at GitHub to application/json." in words(olu.get(page).text))
    assert "Failing" in words(olu.get(SOURCES).text)
    assert "github It comes as a form." in words(olu.get("/organizer").text)
    send(site, "/hooks/github", GITHUB, secret)

    until(lambda: "Nobody here is known by this author." in words(olu.get(page).text))
    assert "Author: Ada" in words(olu.get(page).text)
    again = olu.get(page).text.partition('id="lately"')[2].partition('id="settings"')[0]
    assert 'hx-select="#lately"' in again.partition(">")[0]
    assert [f'id="{part}"' in again for part in ("test-title", "health")] == [True, True], "they refresh together"


def test_a_tools_own_secret_is_handed_over_after_connecting(site: RunningApp, olu: Visitor) -> None:
    assert "Hand over the secret" in words(connect(olu, "zendesk"))
    waits = "Nothing is taken until you hand over the secret of Zendesk"
    assert waits in words(olu.get(f"{SOURCES}/zendesk").text)
    assert "hand that secret over here" in words(olu.get(f"{SOURCES}/zendesk").text)
    assert send(site, "/hooks/zendesk", ZENDESK, "zendesks-own") == 401
    until(lambda: "The secret of Zendesk wasn’t here when it came" in words(olu.get(f"{SOURCES}/zendesk").text))

    empty = olu.post(f"{SOURCES}/zendesk/secret", secret="")
    handed = olu.post(f"{SOURCES}/zendesk/secret", secret="zendesks-own")

    assert 'id="secret-error">Paste the secret that Zendesk shows.' in empty.text
    assert 'New secret <span class="field__optional">' not in empty.text
    assert handed.status_code == 303
    after = words(olu.get(f"{SOURCES}/zendesk").text)
    assert (waits in after, "hand that secret over here" in after) == (False, False)
    assert "Its signing secret is here already" in after
    assert send(site, "/hooks/zendesk", ZENDESK, "zendesks-own") == 200


def test_a_secret_is_changed_with_an_overlap_that_can_be_revoked(site: RunningApp, olu: Visitor) -> None:
    old = next(each for each in shown(connect(olu, "github")) if each.startswith("whsec_"))

    changed = olu.post(f"{SOURCES}/github/secret", secret="")

    [new] = [each for each in shown(changed.text) if each.startswith("whsec_")]
    assert new != old
    assert "The old secret still works" in words(olu.get(f"{SOURCES}/github").text)
    assert send(site, "/hooks/github", GITHUB, old) == 200
    assert olu.post(f"{SOURCES}/github/revoke").status_code == 303
    assert send(site, "/hooks/github", GITHUB, old) == 401
    assert "still works" not in words(olu.get(f"{SOURCES}/github").text)
    newest = olu.post(f"{SOURCES}/github/secret", secret="", at_once="yes")
    assert send(site, "/hooks/github", GITHUB, new) == 401
    assert "whsec_" in newest.text


def test_an_address_with_a_key_is_made_anew(olu: Visitor) -> None:
    [old] = [each for each in shown(connect(olu, "guru")) if "/hooks/" in each and "curl" not in each]

    page = olu.post(f"{SOURCES}/guru/key").text

    [new] = {each for each in shown(page) if "/hooks/guru/" in each and "curl" not in each}
    assert new != old
    connect(olu, "github")
    assert olu.post(f"{SOURCES}/github/key").status_code == 422


def test_a_secret_and_an_address_that_are_both_replaced_are_both_named(olu: Visitor) -> None:
    connect(olu, "canny", secret="canny-key")
    olu.post(f"{SOURCES}/canny/secret", secret="another-key")
    olu.post(f"{SOURCES}/canny/key")

    page = words(olu.get(f"{SOURCES}/canny").text)

    assert "The old secret and address still work, until the new ones are seen or until" in page
    assert "Revoke the old secret and address now" in page


def test_settings_and_the_end_of_a_connection(site: RunningApp, olu: Visitor) -> None:
    connect(olu, "linear")

    assert olu.post(f"{SOURCES}/linear/gone", reverses="yes").status_code == 303
    assert 'value="yes" checked' in olu.get(f"{SOURCES}/linear").text
    assert olu.post(f"{SOURCES}/linear/gone").status_code == 303
    assert 'value="yes" checked' not in olu.get(f"{SOURCES}/linear").text
    assert olu.post(f"{SOURCES}/linear/disconnect").status_code == 303

    assert site.post("/hooks/linear", content=b"{}").status_code == 404
    assert olu.get(f"{SOURCES}/linear").status_code == 404


def test_two_connections_of_one_account_are_named_in_a_warning(olu: Visitor) -> None:
    connect(olu, "jira")

    before = words(olu.get(f"{SOURCES}/connect/jira").text)
    after = words(connect(olu, "jira", name="jira-2"))

    assert "jira reports for Jira already. What two connections deliver alike counts once." in before
    assert "jira reports for Jira already. What two connections deliver alike counts once." in after
    assert "deliver the same" not in words(olu.get(f"{SOURCES}/jira-2").text)  # nothing has come twice yet


def test_warning_of_many_connections_names_three(olu: Visitor) -> None:
    for number in range(5):
        connect(olu, "jira", name=f"jira-{number}")

    warning = words(olu.get(f"{SOURCES}/connect/jira").text)

    assert "jira-0 , jira-1 , jira-2 and 2 others report for Jira already." in warning
