"""`/guide` and `/organizer/guide`: read by everyone, changed by organizers, never lost."""

import re

import pytest

from app.services import guide
from tests.builders import act_by
from tests.web.organizer.reading import text_of
from tests.web.running_app import BOTH_ENGINES, SIGNED_IN, RunningApp, Visitor, sign_in

GUIDE, EDITOR = "/guide", "/organizer/guide"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def saved(site: RunningApp) -> guide.Guide:
    with site.database.reading() as session:
        return guide.current(session)


def by_ada(site: RunningApp, text: str) -> int:
    with site.database.unit_of_work() as session:
        return guide.change(session, text, act_by("Ada", site.clock.now), note="").number


def area_of(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return found[1] if found else ""


def test_guide_that_ships_is_there_at_once(site: RunningApp, olu: Visitor) -> None:
    visitor, organizer = site.get(GUIDE), olu.get(GUIDE)

    assert '<h2 id="guide-the-1-hour-promise">The 1-hour promise</h2>' in visitor.text
    assert "Organizers can change this guide." in visitor.text
    assert ["Edit guide" in page.text for page in (visitor, organizer)] == [False, True]


@SIGNED_IN
def test_guide_is_for_who_sees_boards(site: RunningApp) -> None:
    assert (site.get(GUIDE).status_code, sign_in(site).get(GUIDE).status_code) == (401, 200)


@BOTH_ENGINES
def test_saved_guide_is_shown_to_everyone_with_its_history(site: RunningApp, olu: Visitor) -> None:
    answer = olu.post(EDITOR, text="## Hello\n\n<b>you</b>", note="Shorter", version="0", do="save")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{EDITOR}?done=saved")
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in " ".join(re.sub(r"</?(?:h2|p)[^>]*>", " ", site.get(GUIDE).text).split())
    listed = text_of(olu.get(f"{EDITOR}?done=saved"))
    assert "Guide saved. Everyone sees it now." in listed
    assert f"Version {saved(site).number} Shown now Shorter 14 Sep 2022, 13:00" in listed
    assert "Version 0 Came with the program" in listed


def test_guide_tells_the_day_of_its_change_where_the_week_is(site: RunningApp) -> None:
    site.clock.set("2022-09-14 20:00")  # the next day in UTC
    by_ada(site, "## Hello")

    assert ">14 Sep 2022</time>." in site.get(GUIDE).text


def test_preview_shows_how_it_looks_and_saves_nothing(site: RunningApp, olu: Visitor) -> None:
    page = olu.post(EDITOR, text="## End checklist\n- Go", note="Why", version="0", do="preview")

    text = text_of(page)
    assert page.status_code == 200
    assert "Preview: not saved yet No list under a heading “Start reminders”" in text
    assert "“End checklist”:" not in text
    assert (area_of(page.text), 'value="Why"' in page.text) == ("## End checklist\n- Go", True)
    assert saved(site).number == 0


def test_second_of_two_organizers_keeps_what_they_typed(site: RunningApp, olu: Visitor) -> None:
    theirs = by_ada(site, "Ada’s text")

    page = olu.post(EDITOR, text="Mine", note="", version="0", do="save")

    assert (page.status_code, area_of(page.text)) == (409, "Mine")
    assert f"Not saved: Ada saved version {theirs} after you opened this page." in text_of(page)
    assert f"Version {theirs}, by Ada Ada’s text" in text_of(page)
    assert saved(site).text == "Ada’s text\n"
    assert olu.post(EDITOR, text="Mine", version=str(theirs), do="save").status_code == 303
    assert saved(site).text == "Mine\n"


@pytest.mark.parametrize(
    ("text", "note", "says"),
    [
        ("", "", "The guide must not be empty."),
        ("\u202e", "", "invisible character U+202E"),
        ("Я" * (guide.LONGEST + 1), "", "at most 16,000 characters"),
        ("Fine", "x" * 501, "The note must have at most 500 characters"),
    ],
)
def test_guide_that_cannot_be_kept_comes_back_as_typed(
    site: RunningApp, olu: Visitor, text: str, note: str, says: str
) -> None:
    page = olu.post(EDITOR, text=text, note=note, version="0", do="save")

    assert (page.status_code, area_of(page.text), says in page.text) == (422, text, True)
    assert saved(site).number == 0


def test_longest_guide_of_any_script_fits_into_its_form(site: RunningApp, olu: Visitor) -> None:
    assert olu.post(EDITOR, text="😀" * guide.LONGEST, version="0").status_code == 303


def test_older_version_can_be_seen_and_restored_unless_there_is_a_newer_one(site: RunningApp, olu: Visitor) -> None:
    first, second = by_ada(site, "First"), by_ada(site, "Second")
    here = f"{EDITOR}/versions/{first}"

    page = olu.get(here)
    stale = olu.post(f"{here}/restore", version=str(first))
    answer = olu.post(f"{here}/restore", version=str(second))

    assert "First" in text_of(page)
    assert (stale.status_code, answer.status_code) == (409, 303)
    assert (saved(site).text, saved(site).note) == ("First\n", f"Back to version {first}")
    assert [olu.get(f"{EDITOR}/versions/{name}").status_code for name in ("0", "99", "x", "9" * 99)] == [
        200, 404, 404, 404,
    ]  # fmt: skip
