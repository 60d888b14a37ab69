"""The ledger desk: find an activity, see its evidence, correct it, log one for somebody, adjust points."""

import re

import pytest

from tests.builders import ADA, NAMES, OWLS, SLUG
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import RunningApp, Visitor, sign_in

LEDGER = f"/organizer/weeks/{SLUG}/ledger"
LINK = "https://example.com/1"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    return sign_in(site, "olu@example.com", "organizer")


def filled(who: Visitor, form: str, **typed: str) -> dict[str, str]:
    """The fields of one of the forms of the page that adds, after typing this."""
    page = who.get(f"{LEDGER}/new").text
    match = re.search(rf'<form[^>]* action="{form}">.*?</form>', page, re.DOTALL)
    assert match
    return dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', match[0])) | typed


def test_ledger_is_empty_found_in_and_not_understood(site: RunningApp, organizer: Visitor) -> None:
    assert organizer.get("/organizer/ledger").headers["location"] == LEDGER
    assert "No activities yet." in text_of(organizer.get(LEDGER))

    site.record(source="by hand", url=LINK, note="<b>Bold", occurred_at="2022-09-13T23:00:00-07:00")
    site.record(kind="response")

    found = text_of(organizer.get(f"{LEDGER}?by_hand=on&night=on&person=ada&q=bold"))
    assert "1 entry" in found
    assert f"Issue {LINK} “ <b>Bold ”" in found
    assert "By hand 14 Sep 2022, 13:00 by activities:write" in found
    assert "between 22:00 and 06:00, times of Los Angeles" in found
    assert "2 entries" in text_of(organizer.get(LEDGER))
    assert "No matches. Clear filters" in text_of(organizer.get(f"{LEDGER}?same_link=on&q=%00"))
    for wrong, status in (("state=lost", 422), ("since=tomorrow", 422), ("team=0000000000000000", 404)):
        assert organizer.get(f"{LEDGER}?{wrong}").status_code == status
    assert organizer.get("/organizer/weeks/nope/ledger").status_code == 404


def test_activity_is_reversed_and_reinstated_and_says_who_did(site: RunningApp, organizer: Visitor) -> None:
    entry = f"{LEDGER}/{site.record(url=LINK).json()['id']}"

    refused = organizer.post(f"{entry}/reversal", reason=" ")
    answer = organizer.post(f"{entry}/reversal", reason="Counted twice")
    second = organizer.post(f"{entry}/reversal", reason="Counted twice")

    assert (refused.status_code, second.status_code) == (422, 409)
    assert flash(organizer.get(answer.headers["location"])) == "Reversed. It earns no points."
    assert flash(second) == "This activity is already reversed."
    assert "reversed it: “ Counted twice ” 14 Sep 2022, 13:00" in text_of(second)
    assert site.points()[OWLS] == 0
    assert "Reversed 14 Sep 2022, 13:00 by" in text_of(organizer.get(f"{LEDGER}?state=reversed"))
    answer = organizer.post(f"{entry}/reinstatement", reason="It wasn’t")
    assert flash(organizer.get(answer.headers["location"])) == "Reinstated."
    site.game.close()
    assert "This week is closed." in text_of(organizer.get(entry))
    assert organizer.post(f"{entry}/reversal", reason="Late").status_code == 409


def test_activity_is_logged_for_somebody_once(site: RunningApp, organizer: Visitor) -> None:
    typed = filled(organizer, LEDGER, kind="issue", person="ada lovelace", url=LINK, note="Forgot", day="2022-09-13")

    answers = [organizer.post(LEDGER, **typed) for _ in range(2)]

    pages = [organizer.get(answer.headers["location"]) for answer in answers]
    assert [flash(page) for page in pages] == ["Activity logged.", "Already logged. Here it is."]
    assert f"Person {NAMES[ADA]} Team {OWLS} When 13 Sep 2022, 13:00 Link {LINK} Note Forgot" in text_of(pages[0])
    assert site.points()[OWLS] == 5
    assert "Logged an activity for someone" in text_of(organizer.get("/organizer/audit?action=activity.added"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"person": "Nobody Known"}, "No person with this name."),
        ({"kind": "magic"}, "Choose an activity."),
        ({"day": "2022-09-20"}, "is outside week"),
        ({"url": "javascript:alert(1)"}, "A link begins with http"),
    ],
    ids=str,
)
def test_activity_that_cannot_be_logged_is_refused_at_its_field(
    site: RunningApp, organizer: Visitor, wrong: dict[str, str], sentence: str
) -> None:
    answer = organizer.post(LEDGER, **filled(organizer, LEDGER, **{"kind": "issue", "person": ADA, **wrong}))

    assert (answer.status_code in {409, 422}, sentence in text_of(answer)) == (True, True)
    assert site.points()[OWLS] == 0


def test_points_are_adjusted_with_a_reason(site: RunningApp, organizer: Visitor) -> None:
    form = f"{LEDGER}/adjustment"
    typed = filled(organizer, form, team=site.game.team_id(OWLS), points="-5")

    refused = organizer.post(form, **typed)
    answer = organizer.post(form, **{**typed, "reason": "Cake"})

    assert refused.status_code == 422
    page = text_of(organizer.get(answer.headers["location"]))
    assert "Adjustment, −5 points" in page
    assert "Reason Cake" in page
    assert site.points()[OWLS] == -5


def test_activities_are_reversed_together_after_a_preview_and_taken_back(site: RunningApp, organizer: Visitor) -> None:
    ids = [site.record(source="by hand", url=LINK).json()["id"] for _ in range(3)]
    assert "Choose activities first" in flash(organizer.get(f"{LEDGER}/reversal?by_hand=on"))
    preview = organizer.get(f"{LEDGER}/reversal?id={ids[0]}&id={ids[1]}")
    assert "Owls 15 → 5 2nd" not in text_of(preview)
    assert "Owls 15 → 5 1st" in text_of(preview)
    assert f"{NAMES[ADA]} 2 activities, −10 points of their own" in text_of(preview)
    typed = dict(re.findall(r'name="(ids|upto)" value="([^"]*)"', preview.text))

    refused = organizer.post(f"{LEDGER}/reversal", **typed, reason="")
    done = organizer.get(organizer.post(f"{LEDGER}/reversal", **typed, reason="Copies").headers["location"])
    second = organizer.post(f"{LEDGER}/reversal", **typed, reason="Copies")

    assert (refused.status_code, second.status_code) == (422, 409)
    assert "Nothing to reverse: each of these is reversed already" in flash(second)
    assert flash(done) == "Reversed 2 activities. You can undo it below."
    assert "2 activities: “ Copies ”" in text_of(done)
    assert site.points()[OWLS] == 5
    bulk = re.findall(r'name="id" value="(\w+)"', done.text)[-1]
    undone = organizer.get(organizer.post(f"{LEDGER}/reversal/undo", id=bulk).headers["location"])
    assert flash(undone) == "Reinstated 2 activities."
    assert site.points()[OWLS] == 15
    assert organizer.post(f"{LEDGER}/reversal/undo", id=bulk).status_code == 409
    assert organizer.post(f"{LEDGER}/reversal", reason="All of it").status_code == 422
    assert organizer.get(f"{LEDGER}/reversal?all=on&since=tomorrow").status_code == 422
