"""`/organizer/sources/{connection}/backfill`: key, start, progress, cancel, gaps; the key is never shown again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from app.domain.intake.backfills import Access
from app.models import Backfill, Connection
from app.services.intake import api_keys, backfills, connections
from tests.builders import NOW, act_by
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

SECRET = "ghp_never_shown_again"
PAGE = "/organizer/sources/github/backfill"
KEY = {"key": SECRET, "address": "", "repositories": "acme/support\nacme/app"}


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer, and a connection of each kind that matters here."""
    with site.database.unit_of_work() as session:
        for kind in ("github", "zendesk", "jira"):
            connections.connect(session, site.app.state.context.key, kind, act_by("Olu"))
    return sign_in(site, "olu@example.com", "organizer")


def change(site: RunningApp, **values: object) -> None:
    """The backfill got so far."""
    with site.database.unit_of_work() as session:
        backfill = session.exec(select(Backfill)).one()
        for name, value in values.items():
            setattr(backfill, name, value)
        session.add(backfill)


@BOTH_ENGINES
def test_a_key_is_set_and_a_backfill_started_followed_and_cancelled(site: RunningApp, olu: Visitor) -> None:
    before = text_of(olu.get(PAGE))
    set_ = olu.post(f"{PAGE}/key", **KEY)
    started = olu.post(PAGE, since="2022-09-12")
    resumes = datetime(2022, 9, 14, 20, 1, 30, tzinfo=UTC)
    change(site, fetched=1204, stored=30, error="It was asked too often for now.", resumes_at=resumes, step=9)
    running = olu.get(PAGE)
    cancelled = olu.post(f"{PAGE}/cancel")
    after = olu.get(PAGE)

    assert ("Set API key" in before, "Start backfill" in before) == (True, False)
    assert [(each.status_code, each.headers["location"]) for each in (set_, started, cancelled)] == [
        (303, f"{PAGE}?done=key"), (303, f"{PAGE}?done=started"), (303, f"{PAGE}?done=cancelled"),
    ]  # fmt: skip
    assert (
        "Fetching since 12 Sep 2022, 00:00. So far 1,204 items read, 30 new. "
        "It was asked too often for now. It goes on at 13:01."
    ) in text_of(running)
    assert 'hx-trigger="every 2s"' in running.text
    assert "The last one was cancelled 14 Sep 2022, 13:00: 1,204 items read, 30 new." in text_of(after)
    assert 'hx-trigger="every 2s"' not in after.text
    assert [page.text.count(SECRET) for page in (running, after)] == [0, 0]


def test_a_failed_backfill_and_a_gap_say_so(site: RunningApp, olu: Visitor) -> None:
    olu.post(f"{PAGE}/key", **KEY)
    olu.post(PAGE, since="2022-09-12")
    change(site, state="failed", finished_at=NOW, error="It doesn’t accept the API key.", fetched=1)
    with site.database.unit_of_work() as session:
        connection = connections.find(session, "github")
        at = NOW - timedelta(hours=3)
        session.add(
            Backfill(
                connection_id=connection.id, purpose="comparison", since=at, until=NOW, state="done", stored=3,
                first_at=at, last_at=at + timedelta(minutes=38), created_at=NOW, created_by="c", finished_at=NOW,
            )
        )  # fmt: skip

    text = text_of(olu.get(PAGE))
    source = text_of(olu.get("/organizer/sources/github"))

    assert "3 deliveries were missed between 14 Sep 2022, 10:00 and 10:38, fetched since." in source
    assert "The last one failed 14 Sep 2022, 13:00. It doesn’t accept the API key." in text
    assert "Until then 1 item read, 0 new." in text
    assert "3 deliveries were missed between 14 Sep 2022, 10:00 and 10:38, fetched since." in text


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("github", {"key": "short"}, "An API key has 8 to 500 printable ASCII characters, without blanks."),
        ("github", {"repositories": ""}, "Name 1 to 50 repositories, such as acme/support."),
        ("github", {"repositories": "acme/.."}, "“acme/..” isn’t a repository. It looks like acme/support."),
        ("github", {"address": "ftp://x.example"}, "“ftp://x.example” isn’t an https address."),
        ("github", {"address": "https://u@x.example"}, "has a user, a “?” or a “#” in it."),
        ("github", {"address": "https://[x"}, "“https://[x” isn’t an address."),
        ("zendesk", {"repositories": ""}, "Say where your account is, such as https://acme.zendesk.com."),
        ("zendesk", {"address": "http://acme.zendesk.com", "repositories": ""}, "Use https"),
        ("zendesk", {"address": "169.254.169.254", "repositories": ""}, "169.254.169.254 isn’t a public address."),
        ("zendesk", {"address": "acme.zendesk.com"}, "Only GitHub has repositories."),
    ],
)
def test_a_key_that_cannot_be_comes_back_with_its_sentence_and_without_the_key(
    site: RunningApp, olu: Visitor, name: str, typed: dict[str, str], sentence: str
) -> None:
    answer = olu.post(f"/organizer/sources/{name}/backfill/key", **{**KEY, **typed})

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert SECRET not in answer.text


def test_a_day_a_second_backfill_and_a_missing_key_are_refused(site: RunningApp, olu: Visitor) -> None:
    no_key = olu.post(PAGE, since="2022-09-12")
    olu.post(f"{PAGE}/key", **KEY)
    answers = [olu.post(PAGE, since=day) for day in ("soon", "2022-09-20", "0001-01-01", "2022-09-12", "2022-09-13")]
    removed = olu.post(f"{PAGE}/key/clear")
    nothing = olu.post(f"{PAGE}/key/clear")

    assert (no_key.status_code, flash(no_key)) == (409, api_keys.NO_KEY)
    assert [answer.status_code for answer in answers] == [422, 422, 422, 303, 409]
    assert "That day is yet to come. Choose one that has begun." in text_of(answers[1])
    assert (removed.status_code, nothing.status_code) == (303, 409)


def test_a_tool_that_cannot_be_asked_says_so_and_an_unknown_connection_is_404(site: RunningApp, olu: Visitor) -> None:
    text = text_of(olu.get("/organizer/sources/jira/backfill"))

    assert "Jira can’t be asked for what was: its webhooks are all it tells." in text
    assert "Set API key" not in text
    assert olu.get("/organizer/sources/nothing/backfill").status_code == 404


def test_the_key_is_kept_sealed(site: RunningApp, olu: Visitor) -> None:
    olu.post(f"{PAGE}/key", **KEY)

    with site.database.reading() as session:
        connection = session.exec(select(Connection).where(Connection.name == "github")).one()
        kept = api_keys.find(session, connection.id)
        assert kept is not None
        found = api_keys.access(session, site.app.state.context.key, connection.id)
        assert SECRET not in repr(kept)
    assert found == Access("https://api.github.com", SECRET, ("acme/support", "acme/app"))
    assert backfills.FETCH in site.app.state.context.job_kinds
