"""`/weeks/{week}/guestbook`: written, read, withdrawn, hidden and taken away as CSV."""

import csv
import io
import re

import httpx
import pytest

from app.models import GuestbookEntry
from app.services import guestbook
from app.services.weeks import weeks
from tests.builders import ADA, DUA, SLUG
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import BOTH_ENGINES, SIGNED_IN, RunningApp, Visitor, sign_in

HERE = f"/weeks/{SLUG}/guestbook"


@pytest.fixture
def ada(site: RunningApp) -> Visitor:
    """A player."""
    return sign_in(site, ADA)


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def newest(site: RunningApp) -> GuestbookEntry:
    with site.database.reading() as session:
        week = weeks.find(session, SLUG, site.clock.now)
        everything = weeks.view_of(week, "organizers")
        return guestbook.page(session, week, site.game.act.actor, everything, cursor=None, limit=1).items[0].entry


def field_errors(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<p class="field__error" id="(\w+)-error">(.*?)</p>', page.text))


def test_empty_guestbook_says_so_and_how_to_write(site: RunningApp, ada: Visitor) -> None:
    assert "Sign in to write an entry. No entries yet" in text_of(site.get(HERE))
    assert '<details class="panel write" open>' in ada.get(HERE).text


@SIGNED_IN
def test_guestbook_is_for_who_sees_boards(site: RunningApp) -> None:
    assert (site.get(HERE).status_code, sign_in(site).get(HERE).status_code) == (401, 200)


@BOTH_ENGINES
def test_entry_is_written_read_withdrawn_and_gone(site: RunningApp, ada: Visitor) -> None:
    answer = ada.post(HERE, worked="Pairing <b>\nhelped", improve="", audience="everyone", quote="yes")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?done=written")
    assert flash(ada.get(f"{HERE}?done=written")) == "Entry saved. Thank you!"
    assert "What worked Pairing <b> helped Ada Lovelace · 14 Sep 2022, 13:00" in text_of(site.get(HERE))
    assert ["Withdraw entry" in each.get(HERE).text for each in (ada, sign_in(site, DUA))] == [True, False]
    gone = ada.post(f"{HERE}/{newest(site).id}/withdraw")
    assert (gone.status_code, "Pairing" in site.get(HERE).text) == (303, False)


def test_entry_for_organizers_is_read_by_them_and_its_author(site: RunningApp, ada: Visitor, olu: Visitor) -> None:
    ada.post(HERE, worked="", improve="Less noise", audience="organizers")

    seen = ["Less noise" in page.text for page in (site.get(HERE), sign_in(site, DUA).get(HERE), ada.get(HERE))]

    assert (seen, "Ada Lovelace · 14 Sep 2022, 13:00 Only organizers" in text_of(olu.get(HERE))) == (
        [False, False, True], True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"worked": " ", "improve": ""}, {"worked": "Write what worked, or what should improve."}),
        ({"worked": "x" * 1_001}, {"worked": "The text must have at most 1,000 characters, this has 1,001. Change"}),
        ({"worked": "Yes", "audience": "organizers", "quote": "yes"}, {"quote": "Only what everyone may read can be"}),
        ({"improve": "More", "quote": "yes"}, {"quote": "Only what worked is quoted."}),
    ],
)
def test_entry_that_cannot_be_comes_back_as_typed(
    site: RunningApp, ada: Visitor, fields: dict[str, str], errors: dict[str, str]
) -> None:
    page = ada.post(HERE, **fields)

    found = field_errors(page)
    assert (page.status_code, found.keys()) == (422, errors.keys())
    assert [name for name, text in errors.items() if not found[name].startswith(text)] == []
    assert f">{fields.get('worked', '')}</textarea>" in page.text
    assert ('value="organizers" checked' in page.text) == (fields.get("audience") == "organizers")


def test_organizers_hide_with_a_reason_that_its_author_reads(site: RunningApp, ada: Visitor, olu: Visitor) -> None:
    ada.post(HERE, worked="A customer’s name", audience="everyone")
    entry = f"{HERE}/{newest(site).id}"

    empty, hidden = (olu.post(f"{entry}/hide", reason=reason) for reason in ("", "Names a customer"))
    seen = ["A customer’s name" in page.text for page in (site.get(HERE), ada.get(HERE), olu.get(HERE))]
    told = text_of(ada.get(HERE))
    shown = olu.post(f"{entry}/show")

    assert (empty.status_code, hidden.status_code, shown.status_code) == (422, 303, 303)
    assert (seen, "Hidden by an organizer: Names a customer" in told) == ([False, True, True], True)
    assert "A customer’s name" in site.get(HERE).text


def test_long_guestbook_comes_in_pages(site: RunningApp, ada: Visitor) -> None:
    for number in range(22):
        ada.post(HERE, worked=f"Entry number {number}.", audience="everyone")

    first = site.get(HERE)
    [cursor] = re.findall(r"cursor=([^\"&]+)", first.text)
    second = site.get(f"{HERE}?cursor={cursor}")

    assert [page.text.count("Entry number") for page in (first, second)] == [20, 2]
    assert ("Newest" in second.text, "cursor=" in second.text) == (True, False)
    assert site.get(f"{HERE}?cursor=nonsense").status_code == 422


def test_guestbook_of_a_draft_and_of_a_week_long_over_is_only_read(site: RunningApp, ada: Visitor) -> None:
    ada.post(HERE, worked="Then", audience="everyone")
    site.game.close()
    site.clock.set("2022-09-30 12:00")
    after = sign_in(site, ADA)
    written = after.post(HERE, worked="After", audience="everyone")
    site.clock.set("2022-11-01 12:00")
    late = sign_in(site, ADA)

    page, refused = late.get(HERE), late.post(HERE, worked="Late", audience="everyone")

    assert (written.status_code, refused.status_code) == (303, 409)
    assert "This guestbook takes no more entries. Entries What worked After" in text_of(page)
    assert late.post(f"{HERE}/{newest(site).id}/withdraw").status_code == 303


def test_organizers_take_everything_away_as_csv(site: RunningApp, ada: Visitor, olu: Visitor) -> None:
    ada.post(HERE, worked="=1+1", improve="Less,\nnoise", audience="organizers")

    answer = olu.post(f"{HERE}/export")

    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert answer.headers["content-disposition"] == f'attachment; filename="{SLUG}-guestbook.csv"'
    assert {name: row[name] for name in row if name not in {"id", "at"}} == {
        "person": "Ada Lovelace", "shift": "", "worked": "'=1+1", "improve": "Less,\nnoise",
        "for": "organizers", "may_quote": "no", "hidden": "",
    }  # fmt: skip
