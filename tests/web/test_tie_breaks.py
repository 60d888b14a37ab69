"""Teams with as many points: every surface names the tie-break that ranks them."""

from tests.builders import ADA, CATS, OWLS, SLUG
from tests.web.running_app import RunningApp
from tests.web.test_ceremony import PRESENT, go

OWN, OTHER = "points in by Wed 09:00", "not scored yet"


def test_equal_points_name_the_tie_break_wherever_ranks_are_shown(site: RunningApp) -> None:
    site.record(person=ADA)
    site.adjust(CATS, 5)
    owls, cats = (f"/weeks/{SLUG}/teams/{site.game.team_id(name)}" for name in (OWLS, CATS))

    for path in ("/", f"/weeks/{SLUG}/summary", "/display"):
        page = site.get(path).text
        assert page.count(f"Tie-break: {OWN}<") == page.count(f"Tie-break: {OTHER}<") == 1, path
    assert f"Ahead of <bdi>Cats</bdi> on the tie-break: {OWN} against {OTHER}" in site.get(owls).text
    assert f"Behind <bdi>Owls</bdi> on the tie-break: {OTHER} against {OWN}" in site.get(cats).text


def test_stage_tells_a_tie_break_when_both_teams_are_known(site: RunningApp) -> None:
    site.record(person=ADA)
    site.adjust(CATS, 5)
    told = []

    for _ in range(4):
        go(site, "next")
        told.append("on the tie-break" in site.get(PRESENT).text)

    assert told == [False, False, True, False]
