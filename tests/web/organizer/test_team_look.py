"""Colour and emblem of a team, which organizers choose."""

import httpx
import pytest

from app.domain.standings.tones import TONES, chosen_tones, line_styles, tones_of
from app.domain.story import PointsSeries
from app.services.organizing import week_copying
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import CATS, NOW, OWLS, SLUG
from tests.web.reading import mistakes
from tests.web.running_app import RunningApp, Visitor, sign_in

TEAMS = f"/organizer/weeks/{SLUG}/teams"
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def test_look_of_a_team_is_shown_and_copied_with_its_week(site: RunningApp, olu: Visitor) -> None:
    owls, cats = site.game.team_id(OWLS), site.game.team_id(CATS)

    answer = olu.post(f"{TEAMS}/{owls}/look", tone="9", emblem=FAMILY)
    pages = {path: olu.get(path).text for path in (f"/weeks/{SLUG}", f"/weeks/{SLUG}/teams/{owls}", TEAMS)}

    assert answer.status_code == 303
    assert {path: ("tone-9" in page, FAMILY in page) for path, page in pages.items()} == dict.fromkeys(
        pages, (True, True)
    )
    assert f"Violet (\u2068{OWLS}\u2069)" in pages[TEAMS]
    with site.database.unit_of_work() as session:
        week = week_copying.copy(session, SLUG, "again", site.game.act).week
        copied = {team.name: (team.tone, team.emblem) for team in teams.of_week(session, week)}
        assert teams.tones(session, weeks.find(session, SLUG, NOW)) == {owls: 9}
    assert copied == {OWLS: (9, FAMILY), CATS: (None, None)}
    assert olu.post(f"{TEAMS}/{cats}/look", tone="", emblem="").status_code == 303
    assert site.game.verify() == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tone": "12"}, {"tone": "Choose a colour of the list."}),
        ({"emblem": "OWL"}, {"emblem": "The emblem has one or two letters, or one emoji."}),
        ({"emblem": "a\u202e"}, {"emblem": "The emblem must not contain the invisible character U+202E."}),
    ],
)
def test_look_that_cannot_be_is_refused_at_its_field(
    site: RunningApp, olu: Visitor, fields: dict[str, str], sentence: dict[str, str]
) -> None:
    answer = olu.post(f"{TEAMS}/{site.game.team_id(OWLS)}/look", **fields)

    assert (answer.status_code, mistakes_of(answer)) == (422, sentence)


def mistakes_of(answer: httpx.Response) -> dict[str, str]:
    """The sentences at the fields, by the names the fields have without their team."""
    return {name.rpartition("-")[2]: sentence for name, sentence in mistakes(answer).items()}


def test_look_stays_behind_a_freeze(site: RunningApp, olu: Visitor) -> None:
    site.game.freeze()

    answer = olu.post(f"{TEAMS}/{site.game.team_id(OWLS)}/look", tone="1", emblem="")

    assert answer.status_code == 409
    assert site.game.verify() == []


@pytest.mark.parametrize("number", [2, 7, 12])
def test_chosen_tones_leave_each_of_a_dozen_teams_its_own(number: int) -> None:
    ids = [f"{each:016x}" for each in range(number)]
    chosen = {ids[0]: 1, ids[1]: 11}

    tones = tones_of(ids, chosen)
    lines = line_styles(reversed(ids), chosen)

    assert (tones[ids[0]], tones[ids[1]]) == (1, 11)
    assert len(set(tones.values())) == len({style.tone for style in lines.values()}) == number
    assert {team_id: lines[team_id].tone for team_id in chosen} == chosen
    assert set(tones_of([*ids, *"abcdefghijklmno"], dict.fromkeys(ids, 3)).values()) <= set(range(TONES))


def test_two_teams_may_choose_one_tone() -> None:
    series = [PointsSeries("", each, (), 4) for each in ("a", "b")]

    assert tones_of("abc", chosen_tones(series)) == {"a": 4, "b": 4, "c": 2}
