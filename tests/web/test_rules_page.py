"""`/weeks/{week}/rules`: the rules in words, as those that score the week for this reader, and what was changed."""

import re

import pytest

from app.models import RuleSet
from tests.builders import ADA, RULES, SLUG, dearer_issues
from tests.web.organizer.reading import text_of
from tests.web.running_app import BOTH_ENGINES, SIGNED_IN, RunningApp, sign_in

HERE = f"/weeks/{SLUG}/rules"


def changed(site: RunningApp) -> list[str]:
    """Each version's heading and differences on the page, as one text."""
    page = site.get(HERE).text
    sections = re.findall(r'<section class="notice rules__change".*?</section>', page, re.DOTALL)
    return [" ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", section, flags=re.DOTALL).split()) for section in sections]


def test_rules_are_told_with_an_example_each(site: RunningApp) -> None:
    page = text_of(site.get(HERE))

    assert "Issue +5 points 5 points for each issue. Example: 3 issues: 3 × 5 = 15 points." in page
    assert "All hands +15 points Once in the week: 3 different members each reach 1 shift." in page
    assert page.count("Example:") == 12
    assert re.findall(r"[+−]1 point\w*", page) == ["+1 point"]
    assert changed(site) == []
    organizers = sign_in(site, "olu@example.com", "organizer").get(HERE)
    assert ["Edit rules" in text_of(answer) for answer in (site.get(HERE), organizers)] == [False, True]


@SIGNED_IN
def test_rules_are_for_who_sees_boards(site: RunningApp) -> None:
    assert (site.get(HERE).status_code, sign_in(site).get(HERE).status_code) == (401, 200)


def test_rules_of_an_unknown_week_are_not_found(site: RunningApp) -> None:
    assert site.get("/weeks/nowhere/rules").status_code == 404


@BOTH_ENGINES
def test_change_during_the_week_is_told_with_its_time(site: RunningApp) -> None:
    site.clock.set("2022-09-13T14:02:00-07:00")
    site.game.activate(dearer_issues())
    site.game.activate(f"# A comment\n{dearer_issues()}")

    assert changed(site) == ["Rules changed Tuesday 14:02 : issues: 5 → 7 points"]
    assert "Issue +7 points" in text_of(site.get(HERE))


def test_frozen_and_closed_weeks_keep_their_rules(site: RunningApp) -> None:
    site.game.freeze()
    site.game.activate(dearer_issues())
    frozen, organizers = site.get(HERE), sign_in(site, "olu@example.com", "organizer").get(HERE)
    site.game.reveal()
    site.game.close()
    site.game.activate(RULES)

    assert "These are the rules at the freeze." in text_of(frozen)
    assert ["Issue +5" in text_of(frozen), "Issue +7" in text_of(organizers)] == [True, True]
    assert "issues: 5 → 7" not in frozen.text
    closed = text_of(site.get(HERE))
    assert "This week is closed. It keeps the rules it was closed with." in closed
    assert ("Issue +7" in closed, changed(site)) == (True, ["Rules changed Wednesday 13:00 : issues: 5 → 7 points"])


def test_version_that_no_longer_parses_is_told_and_breaks_no_page(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        session.add(RuleSet(text="points = all", sha256="", note="", by="Olu", at=site.clock.now))
    site.game.activate(RULES)

    assert changed(site) == ["Rules changed Wednesday 13:00 : this version can’t be compared with the one before"] * 2


@pytest.mark.parametrize("path", [f"/weeks/{SLUG}", f"/weeks/{SLUG}/teams/{{owls}}", "/me", "/me/log"])
def test_rules_are_linked_where_points_are_met(site: RunningApp, path: str) -> None:
    page = sign_in(site, ADA).get(path.format(owls=site.game.team_id("Owls")))

    assert f'href="{HERE}"' in page.text


def test_log_form_tells_the_points_of_each_kind(site: RunningApp) -> None:
    page = sign_in(site, ADA).get("/me/log")

    assert '<option value="issue">Issue, +5</option>' in page.text
