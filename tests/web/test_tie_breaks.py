"""Teams with as many points: every surface names the tie-break that ranks them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.standings.board import TieValue
from app.web.http.ties import tie_word
from tests.builders import ADA, CATS, OWLS, PACIFIC, SLUG, changed_rules
from tests.web.running_app import RunningApp
from tests.web.test_ceremony import PRESENT, go

TIES = 'ties = ["bonus:6 a.m. shift", "shift", "points:response", "earliest"]'
KINDS = ("shift", "response", "issue", "feature_request", "knowledge_card")
METRICS: dict[str, tuple[tuple[str, ...], dict[str, Any], str, str]] = {
    "shift": (("shift",), {}, "1 shift", "0 shifts"),
    "bonus:6 a.m. shift": (
        ("shift",), {"occurred_at": "2022-09-14T06:00:00-07:00"}, "1 × 6 a.m. shift", "0 × 6 a.m. shift",
    ),
    "points:response": (("response",), {"response_seconds": 5}, "3 points from responses", "0 points from responses"),
    "quests": (KINDS, {}, "1 quest", "0 quests"),
    "earliest": (("issue",), {}, "points in by Wed 09:00", "not scored yet"),
}  # fmt: skip
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


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_is_named_with_both_values(site: RunningApp, metric: str) -> None:
    kinds, facts, own, other = METRICS[metric]
    site.game.activate(changed_rules(TIES, f'ties = ["{metric}"]'))
    for kind in kinds:
        site.record(kind=kind, **facts)
    site.adjust(CATS, site.points()[OWLS])
    receipt = site.get(f"/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}").text
    summary = site.get(f"/weeks/{SLUG}/summary").text

    assert f"Ahead of <bdi>Cats</bdi> on the tie-break: {own} against {other}" in receipt
    assert f"Tie-break: {own}<" in summary
    assert f"Tie-break: {other}<" in summary


@pytest.mark.parametrize(
    ("at", "is_dated", "told"),
    [
        ("16:00:00", False, "points in by Wed 09:00"),
        ("16:00:10", False, "points in by Wed 09:00:10"),
        ("16:00:00.25", False, "points in by Wed 09:00:00.25"),
        ("16:00:10.000001", False, "points in by Wed 09:00:10.000001"),
        ("16:00:10", True, "points in by Wed 14 Sep, 09:00:10"),
    ],
)
def test_moments_that_differ_read_differently(at: str, told: str, *, is_dated: bool) -> None:
    moment = datetime.fromisoformat(f"2022-09-14T{at}").replace(tzinfo=UTC)

    assert tie_word(TieValue("points in by", moment, is_dated), PACIFIC) == told


def test_teams_equal_in_every_metric_are_tied(site: RunningApp) -> None:
    site.game.activate(changed_rules(TIES, 'ties = ["points"]'))
    site.record()
    site.adjust(CATS, 5)

    for team in (OWLS, CATS):
        receipt = site.get(f"/weeks/{SLUG}/teams/{site.game.team_id(team)}").text
        assert "Tied 1st of 2 teams" in receipt
        assert "tie-break" not in receipt
