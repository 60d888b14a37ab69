"""The displays' scenes as organizers choose them: order, seconds, on and off, on every screen at once."""

import re
from collections.abc import Mapping

import httpx
import pytest
from sqlmodel import select

from app.config import Settings
from app.models import AuditEntry
from app.services.displays import rotations
from app.web import scenes
from tests.builders import act_by
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, serving, sign_in, until
from tests.web.test_display import PARTIAL, picture, play, shown, streaming

ALL = [scene.name for scene in scenes.ROTATION]


def turns(site: RunningApp) -> list[tuple[str, str]]:
    """The scenes of the picture with their seconds."""
    return re.findall(r'id="scene-(\w+)" data-seconds="(\d+)"', picture(site))


def fields(**changes: str | None) -> dict[str, str]:
    """The form as it comes, every scene on in its order; changed fields have _ for the hyphen, None is left out."""
    given: dict[str, str] = {}
    for place, scene in enumerate(scenes.ROTATION, 1):
        given |= {f"on-{scene.name}": "yes", f"place-{scene.name}": str(place), f"seconds-{scene.name}": "10"}
    changed: Mapping[str, str | None] = {name.replace("_", "-", 1): value for name, value in changes.items()}
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def choose(organizer: Visitor, **changes: str | None) -> httpx.Response:
    """Send the form."""
    return organizer.post("/organizer/displays/rotation", **fields(**changes))


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


@BOTH_ENGINES
def test_displays_follow_what_organizers_choose(site: RunningApp, organizer: Visitor) -> None:
    play(site)

    answer = choose(
        organizer,
        place_board="9",
        seconds_totals="33",
        on_shifts=None,
        on_race=None,
        on_quests=None,
        on_heroes=None,
        on_quotes=None,
        on_message=None,
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/organizer/displays?done=rotation")
    assert turns(site) == [("latest", "10"), ("totals", "33"), ("board", "10")]
    assert site.get("/display/pulse").json()["mark"] in picture(site)


def test_open_screen_follows_without_a_change_of_the_board(site: RunningApp, organizer: Visitor) -> None:
    play(site)
    with streaming(site) as pictures:
        first = next(pictures)

        choose(organizer, on_race=None)
        second = next(pictures)

    assert (shown(first), shown(second)) == (ALL, [name for name in ALL if name != "race"])


def test_choice_outlives_the_server_and_reaches_another_one(
    site: RunningApp, organizer: Visitor, settings: Settings
) -> None:
    play(site)
    with serving(settings.changed(board_visibility="public")) as other:
        before = shown(picture(other))
        choose(organizer, on_race=None)
        waited = until(lambda: shown(picture(other)) == [name for name in ALL if name != "race"])

    assert (before, waited < 5) == (ALL, True)


def test_default_brings_the_setting_back(site: RunningApp, organizer: Visitor) -> None:
    play(site)
    choose(organizer, on_race=None)

    answer = organizer.post("/organizer/displays/rotation", **fields(), default="yes")

    assert answer.headers["location"] == "/organizer/displays?done=default"
    assert shown(picture(site)) == ALL
    assert "These are the server’s defaults" in organizer.get("/organizer/displays").text


def test_setting_is_overridden(settings: Settings) -> None:
    changes = {"board_visibility": "public", "display_scenes": "totals:5"}
    with serving(settings.changed(**changes)) as site:
        site.game.start()
        site.record()
        before = turns(site)

        choose(sign_in(site, role="organizer"), on_totals=None, on_race=None, on_latest=None)

        assert (before, turns(site)) == ([("totals", "5")], [("board", "10")])


def test_same_place_keeps_the_order_of_the_form(site: RunningApp, organizer: Visitor) -> None:
    play(site)

    choose(organizer, **{f"place_{name}": "1" for name in ALL})

    assert shown(picture(site)) == ALL


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("seconds_board", "2", "A scene lasts 3 to 600 seconds."),
        ("seconds_board", "601", "A scene lasts 3 to 600 seconds."),
        ("seconds_board", "1e2", "A scene lasts 3 to 600 seconds."),
        ("seconds_board", "\u0663\u0663", "A scene lasts 3 to 600 seconds."),
        ("seconds_board", "", "A scene lasts 3 to 600 seconds."),
        ("place_board", "0", "A place in the order is a number from 1 to 99."),
        ("place_board", "first", "A place in the order is a number from 1 to 99."),
        ("place_board", "9" * 5_000, "A place in the order is a number from 1 to 99."),
    ],
)
def test_number_that_is_none_is_named_and_nothing_changes(
    site: RunningApp, organizer: Visitor, field: str, value: str, sentence: str
) -> None:
    answer = choose(organizer, on_race=None, **{field: value})

    assert answer.status_code == 422
    assert re.findall(r'class="field__error" id="([^"]*)-error">([^<]*)<', answer.text) == [
        (field.replace("_", "-"), sentence)
    ]
    assert re.search(r'name="on-race" value="yes">', answer.text) is not None
    assert _chosen(site) == ""


def test_scene_that_is_off_may_have_any_numbers(site: RunningApp, organizer: Visitor) -> None:
    assert choose(organizer, on_board=None, seconds_board="", place_board="x").status_code == 303


def test_no_scene_at_all_is_refused(site: RunningApp, organizer: Visitor) -> None:
    answer = organizer.post("/organizer/displays/rotation")

    assert answer.status_code == 422
    assert "Leave at least one scene on, or the displays stay dark." in answer.text
    assert _chosen(site) == ""


def test_scenes_that_are_gone_leave_the_setting(site: RunningApp) -> None:
    play(site)
    with site.database.unit_of_work() as session:
        rotations.choose(session, "guestbook:20", act_by("Olu", site.clock.now))

    assert shown(picture(site)) == ALL
    assert sign_in(site, role="organizer").get("/organizer/displays").status_code == 200


def test_choice_is_in_the_audit_with_person_and_address(site: RunningApp, organizer: Visitor) -> None:
    choose(organizer, on_race=None)

    with site.database.reading() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "rotation.changed")).one()
    assert (entry.by, entry.person_id, entry.address) == ("olu", organizer.person_id, "127.0.0.1")


def test_only_organizers_choose(site: RunningApp) -> None:
    player, organizer = sign_in(site), sign_in(site, "olu@example.com", "organizer")

    statuses = [
        site.post("/organizer/displays/rotation", data=fields()).status_code,
        choose(player).status_code,
        organizer.post("/organizer/displays/rotation", csrf="wrong", **fields()).status_code,
    ]

    assert statuses == [401, 403, 403]
    assert _chosen(site) == ""


def test_frozen_picture_stays_when_scenes_change(site: RunningApp, organizer: Visitor) -> None:
    play(site)
    before = picture(site)
    site.game.freeze()
    site.record(kind="knowledge_card")

    choose(organizer, on_race=None)

    found = site.get("/display", headers=PARTIAL).text
    assert re.findall(r'data-value="(\d+)"', found.partition('id="scene-totals"')[2]) == re.findall(
        r'data-value="(\d+)"', before.partition('id="scene-totals"')[2]
    )


def _chosen(site: RunningApp) -> str:
    with site.database.reading() as session:
        return rotations.chosen(session)
