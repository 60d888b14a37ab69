"""`/organizer/rules`: checked as it is typed, tried on the real ledger, activated with a note, never lost."""

import html
import re
from urllib.parse import quote

import httpx
import pytest

from app.services.rules import rule_sets
from tests.builders import ADA, OWLS, RULES, SLUG, act_by, changed_rules, dearer_issues
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

DESK = "/organizer/rules"
ISSUES = "activities:issue:points"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def active(site: RunningApp) -> tuple[int, str, str]:
    """The number, text and note of the active version."""
    with site.database.reading() as session:
        found = rule_sets.active(session)
        return found.id, found.text, found.note


def by_ada(site: RunningApp, text: str) -> int:
    with site.database.unit_of_work() as session:
        return rule_sets.activate(session, text, act_by("Ada", site.clock.now), note="Theirs").id


def area_of(page: httpx.Response) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


def part_of(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def typing(olu: Visitor, path: str, text: str) -> httpx.Response:
    """Ask as the desk does while somebody types."""
    data = {"csrf": olu.csrf, "text": text, "version": "1"}
    return olu.ask("POST", path, data=data, headers={"HX-Request": "true"})


def fill(olu: Visitor, text: str, **changes: str) -> httpx.Response:
    """Send the form for common changes as a browser does: every field of it, with some changed."""
    page = olu.post(f"{DESK}/check", text=text, version="1")
    shown = hidden(page, "shown")
    fields = dict(re.findall(r'<input class="field__input" id="set-[^"]*" name="([^"]*)" value="([^"]*)"', page.text))
    return olu.post(f"{DESK}/check", text=text, version="1", do="fill", shown=shown, **(fields | changes))


def test_desk_begins_with_the_active_text(site: RunningApp, olu: Visitor) -> None:
    page = olu.get(DESK)

    assert area_of(page) == RULES
    assert "This is version 1, the active one." in text_of(page)


def test_dry_run_of_many_teams_folds_those_that_stay_and_shows_the_last_that_changes(
    site: RunningApp, olu: Visitor
) -> None:
    for number in range(70):
        site.game.team(f"Team {number:02}", f"p{number}@example.com")
    site.game.take(person="p69@example.com", kind="feature_request")
    site.game.adjust("Team 69", -5_000)

    page = olu.post(
        f"{DESK}/check", text=changed_rules('points = 5\none = "feature', 'points = 6\none = "feature'), version="1"
    )

    changed, folded = part_of(page).split("71 teams stay as they are")
    assert "Team 69 -4,995 → -4,994 points +1".replace("-4", "\u22124") in changed
    assert ("Team 00" in changed, "Team 00 0 points" in folded) == (False, True)


@BOTH_ENGINES
def test_dry_run_says_what_changes_and_why_and_changes_nothing(site: RunningApp, olu: Visitor) -> None:
    site.game.take()

    page = olu.post(f"{DESK}/check", text=dearer_issues().replace("\n", "\r\n"), version="1", note="Try")

    said = text_of(page)
    assert (page.status_code, area_of(page)) == (200, dearer_issues())
    assert "What changes issues: 5 → 7 points Q3-2022 1 of 2 receipts change." in said
    assert "1 Owls 5 → 7 points +2 Issue : 1 time, 5 → 7 points +2" in said
    assert "Cats 0 points" in said
    assert (active(site)[0], site.points()[OWLS]) == (1, 5)


def test_typing_gets_the_part_and_asks_for_the_dry_run_apart(site: RunningApp, olu: Visitor) -> None:
    site.game.take()

    part = typing(olu, f"{DESK}/check", dearer_issues())
    run = typing(olu, f"{DESK}/run", dearer_issues())

    assert part.text.startswith('<section class="panel checked" id="checked"')
    assert part_of(part) == (
        "What changes issues: 5 → 7 points The dry run on the open weeks follows. Press Check to see it."
    )
    assert part_of(run).startswith("Q3-2022 1 of 2 receipts change.")


def test_mistakes_are_told_with_their_lines(site: RunningApp, olu: Visitor) -> None:
    broken = RULES.replace("points = 5\n", "points = five\n", 1)

    typed = typing(olu, f"{DESK}/check", broken)
    sent = olu.post(DESK, text=broken, version="1", note="Try")

    line = broken[: broken.index("points = five")].count("\n") + 1
    assert f'data-line="{line}"' in typed.text
    assert f"1 mistake Nothing can be activated before it is fixed. Line {line} points = five" in part_of(typed)
    assert (typed.status_code, sent.status_code, area_of(sent)) == (200, 422, broken)
    assert active(site)[0] == 1


@BOTH_ENGINES
def test_activation_needs_a_note_and_scores_open_weeks(site: RunningApp, olu: Visitor) -> None:
    site.game.take()

    without = olu.post(DESK, text=dearer_issues(), version="1", note=" ")
    answer = olu.post(DESK, text=dearer_issues(), version="1", note="Issues matter")

    assert (without.status_code, area_of(without)) == (422, dearer_issues())
    assert 'id="note-error"' in without.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DESK}?done=activated")
    assert active(site) == (2, dearer_issues(), "Issues matter")
    assert site.points()[OWLS] == 7
    assert flash(olu.get(f"{DESK}?done=activated")) == "These rules are active. Open weeks are scored by them."


def test_activation_of_the_active_text_makes_no_version(site: RunningApp, olu: Visitor) -> None:
    answer = olu.post(DESK, text=RULES, version="1", note="Again")

    assert (answer.headers["location"], active(site)[0]) == (f"{DESK}?done=unchanged", 1)


def test_rules_that_an_open_week_cannot_live_with_are_refused_before_and_at_activation(
    site: RunningApp, olu: Visitor
) -> None:
    small = RULES.replace("size = 3 ", "size = 2 ").replace("members = 3", "members = 2")

    checked, sent = (
        olu.post(f"{DESK}/check", text=small, version="1"),
        olu.post(DESK, text=small, version="1", note="x"),
    )

    assert "Can’t be activated: " in text_of(checked)
    assert (sent.status_code, active(site)[0]) == (409, 1)


@BOTH_ENGINES
def test_second_of_two_organizers_sees_both_versions_merges_and_sends_again(site: RunningApp, olu: Visitor) -> None:
    mine = RULES.replace("points = 25", "points = 30")
    theirs = by_ada(site, dearer_issues())

    stale = olu.post(DESK, text=mine, version="1", note="Mine")
    again = {"began": hidden(stale, "began"), "version": hidden(stale, "version"), "note": "Mine"}
    merged = olu.post(f"{DESK}/check", text=area_of(stale), do="merge", **again)
    answer = olu.post(DESK, text=area_of(merged), version=hidden(merged, "version"), note="Mine")

    said = text_of(stale)
    assert (stale.status_code, area_of(stale)) == (409, mine)
    assert f"Not activated: Ada activated version {theirs} after you began." in said
    assert "Theirs It changed, since you began: issues: 5 → 7 points" in said
    assert "theirs: points = 7" in said
    assert "yours: points = 5" in said
    assert again == {"began": "1", "version": str(theirs), "note": "Mine"}
    assert area_of(merged) == dearer_issues().replace("points = 25", "points = 30")
    assert (answer.status_code, active(site)[1]) == (303, area_of(merged))


def test_merge_of_the_same_line_is_left_to_people(site: RunningApp, olu: Visitor) -> None:
    mine = RULES.replace("points = 5\n", "points = 6\n", 1)
    theirs = by_ada(site, dearer_issues())

    page = olu.post(f"{DESK}/check", text=mine, do="merge", began="1", version=str(theirs))

    assert (page.status_code, area_of(page)) == (409, mine)
    assert "Both of you changed the same lines." in text_of(page)


def test_common_change_is_made_in_the_text_and_keeps_its_comments(site: RunningApp, olu: Visitor) -> None:
    page = fill(olu, RULES, **{ISSUES: "7", "bonuses:6 a.m. shift:starts.from": "05:00"})

    assert area_of(page) == dearer_issues().replace('from = "06:00"', 'from = "05:00"')
    assert "Changed in the text. Nothing is active yet" in text_of(page)
    assert active(site)[0] == 1


def test_common_change_without_one_says_so(site: RunningApp, olu: Visitor) -> None:
    page = fill(olu, RULES)

    assert (page.status_code, area_of(page)) == (200, RULES)
    assert "The fields are as the text has them. Change one of them first." in text_of(page)


def test_common_change_leaves_what_was_typed_by_hand_meanwhile(site: RunningApp, olu: Visitor) -> None:
    by_hand = RULES.replace("points = 25", "points = 30")
    shown = hidden(olu.get(DESK), "shown")

    page = olu.post(
        f"{DESK}/check", text=by_hand, version="1", do="fill", shown=shown,
        **{ISSUES: "7", "quests:Grand slam:points": "25"},
    )  # fmt: skip

    assert area_of(page) == dearer_issues().replace("points = 25", "points = 30")


def test_common_change_that_cannot_be_is_refused_at_its_field(site: RunningApp, olu: Visitor) -> None:
    page = fill(olu, RULES, **{ISSUES: "many", "bonuses:6 a.m. shift:starts.from": "05:00"})

    assert (page.status_code, area_of(page)) == (422, RULES)
    assert 'value="many" inputmode="numeric" autocomplete="off" aria-invalid="true"' in page.text
    assert "Enter a whole number, such as 10." in text_of(page)
    assert 'value="05:00"' in page.text


def test_going_back_is_a_new_version_that_is_seen_first(site: RunningApp, olu: Visitor) -> None:
    by_ada(site, dearer_issues())

    version, desk = olu.get(f"{DESK}/versions/1"), olu.get(f"{DESK}?version=1")
    olu.post(DESK, text=area_of(desk), version=hidden(desk, "version"), note="Back to version 1")
    history = text_of(olu.get(f"{DESK}/history"))

    assert f'href="{DESK}?version=1"' in version.text
    assert (area_of(desk), "issues: 7 → 5 points" in text_of(desk)) == (RULES, True)
    assert 'value="Back to version 1"' in desk.text
    assert active(site) == (3, RULES, "Back to version 1")
    assert "Version 3 Active Back to version 1 issues: 7 → 5 points" in history
    assert "Version 2 Theirs issues: 5 → 7 points" in history
    assert "Version 1 Read from the rules file The first version." in history


def test_history_goes_on_page_by_page(site: RunningApp, olu: Visitor) -> None:
    for number in range(11):
        by_ada(site, dearer_issues() if number % 2 else RULES)

    first, second = olu.get(f"{DESK}/history"), olu.get(f"{DESK}/history?before=3")

    assert f'rel="next" href="{DESK}/history?before=3"' in first.text
    assert re.findall(r">(Version \d+)<", second.text) == ["Version 2", "Version 1"]


def test_unknown_versions_are_not_found(site: RunningApp, olu: Visitor) -> None:
    paths = [f"{DESK}/versions/{name}" for name in ("99", "x", "9" * 99)] + [f"{DESK}?version=99"]

    assert [olu.get(path).status_code for path in paths] == [404] * 4


def test_longest_text_of_any_script_fits_into_its_form(site: RunningApp, olu: Visitor) -> None:
    text = f"{RULES}# {'😀' * ((65_536 - len(RULES.encode()) - 4) // 4)}\n"

    assert olu.post(DESK, text=text, version="1", note="Long").status_code == 303
    assert "The file is larger than 64 KiB" in text_of(olu.post(f"{DESK}/check", text="#" * 65_537, version="2"))


def test_desk_is_for_organizers(site: RunningApp) -> None:
    ada = sign_in(site, ADA)

    paths = (DESK, f"{DESK}/history", f"{DESK}/versions/1")
    assert [ada.get(path).status_code for path in paths] == [403] * 3
    assert f'href="/weeks/{quote(SLUG)}/rules"' in sign_in(site, "olu@example.com", "organizer").get(DESK).text
