"""The ceremony: who may drive it, what each screen may know, and that a freeze ends with the winner."""

import re
from datetime import timedelta

import httpx

from app.config import Settings
from app.services import ceremonies
from app.services.operations import secrets
from app.services.weeks import weeks
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, ENDS, FUMIKO, SLUG, STARTS, ZONE, act_by
from tests.web.running_app import RunningApp, SettableClock, serving
from tests.web.viewing import watching

PRESENT = f"/weeks/{SLUG}/summary/present"


def key_of(site: RunningApp) -> str:
    return secrets.presenter_key(site.app.state.context.key, SLUG, site.clock.now)


def go(site: RunningApp, to: str, key: str | None = None) -> httpx.Response:
    return site.post(PRESENT, data={"to": to, "key": key_of(site) if key is None else key})


def stage_of(site: RunningApp) -> str:
    """The stage that a screen is sent to by its heartbeat; empty while it has its own scenes."""
    stage: str = site.get("/display/pulse").json()["stage"]
    return stage


def scene(html: str) -> str:
    """The step a stage shows, such as "1-totals"."""
    match = re.search(r'id="scene-([\w-]+)"', html)
    assert match
    return match[1]


def test_stage_starts_with_the_welcome_and_follows_the_presenter(site: RunningApp) -> None:
    site.record(kind="response")
    shown = [scene(site.get(PRESENT).text)]

    for to in ("next", "next", "back", "restart"):
        assert go(site, to).status_code == 303
        shown.append(scene(site.get(PRESENT).text))

    assert shown == ["0-welcome", "1-totals", "2-trophy", "1-totals", "0-welcome"]


def test_move_without_the_presenters_key_is_refused_and_moves_nothing(site: RunningApp) -> None:
    forged = key_of(site)[:-2] + "xx"

    refused = [go(site, "next", key).status_code for key in ("", forged)]

    assert refused == [403, 403]
    assert scene(site.get(PRESENT).text) == "0-welcome"


def test_key_drives_the_ceremony_for_a_day(site: RunningApp) -> None:
    key, moment = key_of(site), site.clock.now

    statuses = []
    for hours in (23, 24, -1, -3):
        site.clock.set(moment + timedelta(hours=hours))
        statuses.append(go(site, "next", key).status_code)

    assert statuses == [303, 403, 303, 403]


def test_screens_turn_to_the_stage_at_the_first_next_and_back_when_it_is_over(site: RunningApp) -> None:
    site.record(kind="response")
    key, stage, moment = key_of(site), f"{PRESENT}?screen=yes", site.clock.now
    after: dict[str, tuple[str, str]] = {}

    for moves, minutes in ((0, 0), (1, 119), (1, 120), (30, 4), (30, 5)):
        site.clock.now = moment
        go(site, "restart", key)
        at_welcome = stage_of(site)
        for _ in range(moves):
            go(site, "next", key)
        site.clock.now = moment + timedelta(minutes=minutes)
        after[f"{moves} moves, {minutes} min"] = (at_welcome, stage_of(site))

    assert after == {
        "0 moves, 0 min": ("", ""),
        "1 moves, 119 min": ("", stage),
        "1 moves, 120 min": ("", ""),
        "30 moves, 4 min": ("", stage),
        "30 moves, 5 min": ("", ""),
    }


def test_key_of_another_week_does_not_count(site: RunningApp) -> None:
    other = secrets.presenter_key(site.app.state.context.key, "q4-2022", site.clock.now)

    assert go(site, "next", other).status_code == 403
    assert site.get(f"{PRESENT}?key={other}").status_code == 403


def test_key_older_than_a_day_does_not_count(site: RunningApp, clock: SettableClock) -> None:
    key = key_of(site)
    clock.now += timedelta(hours=24) - timedelta(seconds=1)
    in_time = [go(site, "next", key).status_code, site.get(f"{PRESENT}?key={key}").status_code]

    clock.now += timedelta(seconds=1)
    late = [go(site, "next", key).status_code, site.get(f"{PRESENT}?key={key}").status_code]

    assert (in_time, late) == ([303, 200], [403, 403])
    assert scene(site.get(PRESENT).text) == "1-totals"


def test_unknown_move_is_a_sentence(site: RunningApp) -> None:
    answer = go(site, "sideways")

    assert answer.status_code == 422
    assert "next, back or restart" in answer.text


def test_stage_shames_nobody_and_says_what_a_number_counts(site: RunningApp) -> None:
    site.record(kind="response", response_seconds=60)
    told = {}

    for _ in range(5):
        go(site, "next")
        html = site.get(PRESENT).text
        words = re.sub(r"<[^>]+>", " ", html.partition('id="scene-')[2].partition(">")[2].partition("</section>")[0])
        told[scene(html)] = " ".join(words.split())

    assert told == {
        "1-totals": "Together you did this response 1 1 response",
        "2-trophy": "Customer hero Ada Lovelace 3 points from responses",
        "3-podium": "Thank you, 2nd place DK EŞ 文F Cats Dua Krasniqi , Elif Şahin and 文子 Fumiko "
        "Thanks for taking part",
        "4-winner": "Winner of Q3-2022 AL BN CO Owls Ada Lovelace , Bo Nguyen and Chidi Okafor "
        "3 points from 1 response",
        "5-thanks": "1 response Thank you, everyone Cats and Owls See the summary",
    }


def test_stage_names_three_of_many_winners_and_counts_the_others(site: RunningApp) -> None:
    everyone = (ADA, BO, CHIDI, DUA, ELIF, FUMIKO)
    for person in everyone:
        site.record(kind="response", person=person, external_id=person, response_seconds=60)
    go(site, "next")
    go(site, "next")

    stage = site.get(PRESENT).text

    title = re.search(r'<h1 class="stage__title[^"]*">(.*?)</h1>', stage)
    assert title is not None
    assert re.sub("<[^>]+>", "", title[1]) == "Ada Lovelace, Bo Nguyen, Chidi Okafor and 3 others"


def test_presenter_has_no_next_step_at_the_end(site: RunningApp) -> None:
    site.record()
    disabled = []

    for to in ("restart", *["next"] * 4):
        go(site, to)
        desk = site.get(f"{PRESENT}?key={key_of(site)}").text
        disabled.append((scene(desk), bool(re.search(r'value="next"[^>]* disabled>', desk))))

    assert [number for number, is_disabled in disabled if is_disabled] == [disabled[-1][0]]
    assert disabled[-1][0].endswith("-thanks")


def test_only_the_presenter_sees_what_comes_next(site: RunningApp) -> None:
    site.record()
    go(site, "next")

    room, desk = site.get(PRESENT).text, site.get(f"{PRESENT}?key={key_of(site)}").text

    assert "stage__hint" not in room
    assert "controls" not in room
    assert "Owls" not in room
    assert "2nd place: \u2068Cats\u2069" in desk


def test_every_screen_shows_the_same_step_at_once(site: RunningApp) -> None:
    with watching(site, f"{PRESENT}/live") as one, watching(site, f"{PRESENT}/live") as two:
        assert {scene(screen.get(timeout=5)["data"]) for screen in (one, two)} == {"0-welcome"}

        go(site, "next")

        assert {scene(screen.get(timeout=5)["data"]) for screen in (one, two)} == {"1-totals"}


def test_stream_of_the_room_is_silent_while_the_step_stays_whatever_happens_behind_it(site: RunningApp) -> None:
    with watching(site, f"{PRESENT}/live") as room:
        first = room.get(timeout=5)
        for _ in range(3):
            site.record()
        go(site, "next")
        second = room.get(timeout=5)

    assert (first["id"], second["id"]) == ("0", "1")


def test_winner_lifts_the_freeze_and_no_earlier_step_does(site: RunningApp) -> None:
    site.record()
    site.game.freeze()
    site.record()
    frozen = []

    while "winner" not in (shown := scene(site.get(PRESENT).text)):
        frozen.append((shown, site.board()["frozen"]))
        go(site, "next")

    assert {state for _, state in frozen} == {True}
    assert site.board()["frozen"] is False
    assert site.board()["totals"]["issue"] == 2


def test_freeze_begins_the_ceremony_anew_so_that_a_rehearsal_tells_nothing(site: RunningApp) -> None:
    site.record()
    for _ in range(3):
        go(site, "next")
    rehearsed = scene(site.get(PRESENT).text)

    site.game.freeze()

    assert (rehearsed, scene(site.get(PRESENT).text)) == ("3-winner", "0-welcome")


def test_welcome_of_a_frozen_week_says_nothing_that_came_after_the_freeze(site: RunningApp) -> None:
    site.game.freeze()
    before = site.get(PRESENT).text

    site.game.team("Foxes", "new@example.com")
    site.record()

    assert site.get(PRESENT).text == before


def test_draft_has_nothing_to_celebrate(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        weeks.create(
            session, act_by("Olu", empty_site.clock.now), slug=SLUG, name="Q3", timezone=ZONE, starts=STARTS, ends=ENDS
        )

    answer = go(empty_site, "next")

    assert answer.status_code == 409


def test_step_is_kept_and_found_again_after_a_restart(site: RunningApp) -> None:
    go(site, "next")

    with site.database.reading() as session:
        assert ceremonies.current(session, site.game.week()) == 1


def test_presenters_link_opens_on_a_device_that_is_not_signed_in(settings: Settings, clock: SettableClock) -> None:
    with serving(settings.changed(board_visibility="signed-in"), clock) as site:
        site.game.start()
        closed = [site.get(path).status_code for path in (PRESENT, f"{PRESENT}/live")]
        opened = site.get(f"{PRESENT}?key={key_of(site)}")
        forged = site.get(f"{PRESENT}?key={key_of(site)[:-2]}xx")
        with watching(site, f"{PRESENT}/live?key={key_of(site)}") as viewer:
            followed = [scene(viewer.get(timeout=5)["data"])]
            go(site, "next")
            followed.append(scene(viewer.get(timeout=5)["data"]))

    assert (closed, opened.status_code, scene(opened.text), forged.status_code) == ([401, 401], 200, "0-welcome", 403)
    assert followed == ["0-welcome", "1-totals"]
