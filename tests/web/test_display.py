"""The office display: every scene, what is skipped, the freeze, the finale, news, stale sources, and the setting."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from app.config import PROJECT, Settings
from app.domain import rotation
from app.models import GuestbookEntry
from app.services import guestbook
from app.services.displays import messages as screen_messages
from app.services.displays.messages import MessageFields
from app.services.people import people
from app.services.shifts import correction
from app.web import scenes
from app.web.http.qr import qr
from app.web.scenes import race
from tests.builders import ADA, BO, CHIDI, DUA, GUS, NOW, OWLS, SLUG, a_week, act_by, an_activity, moment
from tests.services.shifts.test_seats import Plan
from tests.web.reading import plain
from tests.web.running_app import BOTH_ENGINES, SIGNED_IN, RunningApp, SettableClock, serving

PARTIAL = {"HX-Request": "true"}
ALL = ["board", "shifts", "race", "latest", "totals", "quests", "heroes", "quotes", "message"]


def picture(site: RunningApp, *, admin: bool = False) -> str:
    """The picture on the display."""
    return site.get("/display", *(["admin"] if admin else []), headers=PARTIAL).raise_for_status().text  # type: ignore[arg-type]


def shown(html: str) -> list[str]:
    """The names of the scenes in a picture."""
    return re.findall(r'id="scene-(\w+)"', html)


def text(html: str, scene: str = "") -> str:
    """The text of a picture, or of one scene of it."""
    if scene:
        html = html.partition(f'id="scene-{scene}"')[2].partition("</section>")[0].partition(">")[2]
    return plain(html)


def news(html: str) -> list[str]:
    """The titles of the newsflashes in a picture."""
    return [plain(title) for title in re.findall(r'"news__title">([^<]*)<', html)]


def play(site: RunningApp) -> None:
    """A morning at which every scene has something to say."""
    site.record(kind="shift", person=ADA, occurred_at="2022-09-14T06:00:00-07:00")
    site.record(kind="shift", person=BO, occurred_at="2022-09-14T09:00:00-07:00")
    site.record(kind="response", person=DUA, occurred_at="2022-09-14T10:00:00-07:00")
    plan = Plan(site.game)
    plan.sign_up(plan.shift(), ADA)
    quote(site)
    with site.database.unit_of_work() as session:
        screen_messages.write(session, MessageFields("thanks", "Thank you all"), act_by("Olu", site.clock.now))


def quote(site: RunningApp, worked: str = "Pairing") -> GuestbookEntry:
    """An entry of Ada's that may be quoted, a second later than all before."""
    site.clock.now += timedelta(seconds=1)
    plan = Plan(site.game, site.clock.now)
    with site.database.unit_of_work() as session:
        return guestbook.write(
            session, SLUG, plan.person(ADA).id, worked, "", plan.act_of(ADA), is_public=True, may_quote=True
        )


@contextmanager
def streaming(site: RunningApp) -> Iterator[Iterator[str]]:
    """The messages of the display's stream, as HTML."""
    with site.client.stream("GET", "/display/live") as answer:
        assert answer.status_code == 200
        yield messages(answer.iter_lines())


def messages(lines: Iterator[str]) -> Iterator[str]:
    """The data of each server-sent event."""
    data: list[str] = []
    for line in lines:
        if line.startswith("data: "):
            data.append(line.removeprefix("data: "))
        elif not line and data:
            yield "\n".join(data)
            data = []


def test_display_is_one_address_for_page_and_picture(site: RunningApp) -> None:
    page, part = site.get("/display"), site.get("/display", headers=PARTIAL)

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert page.text.count(part.text) == 1
    assert part.text.startswith('<div id="display"')
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("path", ["/display/live", "/display/pulse"])
@SIGNED_IN
def test_display_of_signed_in_boards_asks_who_is_there(site: RunningApp, path: str) -> None:
    assert site.get(path).status_code == 401


@SIGNED_IN
def test_display_of_signed_in_boards_opens_for_a_reader(site: RunningApp) -> None:
    assert site.get("/display", "read").status_code == 200


@BOTH_ENGINES
def test_every_scene_has_its_say(site: RunningApp) -> None:
    play(site)

    html = picture(site)

    assert shown(html) == ALL
    assert text(html, "board").startswith(
        "Standings The one shift is covered 1 AL BN CO Owls Ada Lovelace , Bo Nguyen , Chidi Okafor +10 Shift"
    )
    assert text(html, "shifts") == (
        "On shift The one shift is covered Up next Thu 06:00–08:00 AL Ada Lovelace Owls 2 seats free"
    )
    assert text(html, "race") == "The race Points over the week Mon Tue Wed 2 Cats 30 Owls"
    assert text(html, "latest") == (
        "Latest DK Response Dua Krasniqi Cats Wed 13:00 "
        "BN Shift Bo Nguyen Owls Wed 13:00 AL Shift Ada Lovelace Owls Wed 13:00"
    )
    assert text(html, "totals") == (
        "All of us, so far shifts 2 response 1 issues 0 feature requests 0 knowledge cards 0"
    )
    aside = f"Nearly done. All rules: /weeks/{SLUG}/rules"
    assert text(html, "quests") == f"Within reach {aside} All hands +15 Owls 1 more shift"
    assert text(html, "heroes") == "Heroes of the 6 a.m. shift AL Ada Lovelace Owls × times 1"
    assert text(html, "quotes") == "What worked Pairing Ada Lovelace"
    assert text(html, "message") == "Thank you all"


@pytest.mark.parametrize("is_frozen", [False, True])
def test_quote_is_gone_from_open_screens_as_soon_as_it_is_withdrawn_or_hidden(
    site: RunningApp, *, is_frozen: bool
) -> None:
    entries = [quote(site, worked) for worked in ("Pairing", "Names of customers")]
    if is_frozen:
        site.game.freeze()
    plan = Plan(site.game, site.clock.now)

    with streaming(site) as pictures:
        first = next(pictures)
        with site.database.unit_of_work() as session:
            guestbook.hide(session, SLUG, entries[1].id, plan.organizer, reason="Fair")
        second = next(pictures)
        with site.database.unit_of_work() as session:
            guestbook.withdraw(session, SLUG, entries[0].id, plan.act_of(ADA))
        third = next(pictures)

    assert text(first, "quotes") == "What worked Names of customers Ada Lovelace Pairing Ada Lovelace"
    assert text(second, "quotes") == "What worked Pairing Ada Lovelace"
    assert shown(third) == ["board"]


def test_quotes_of_a_long_guestbook_take_turns(site: RunningApp) -> None:
    for number in range(5):
        quote(site, f"Q{number}")
    seen = []

    for minutes in (0, 5, 10):
        site.clock.set(NOW + timedelta(minutes=minutes, seconds=6))
        site.record(external_id=f"any-{minutes}")
        seen.append(re.findall(r">(Q\d)<", picture(site)))

    assert all(len(names) == 3 for names in seen)
    assert {name for names in seen for name in names} == {f"Q{number}" for number in range(5)}


def test_scene_of_shifts_greets_who_is_on_now_and_next_and_goes_on_by_itself(site: RunningApp) -> None:
    plan = Plan(site.game)
    plan.sign_up(plan.shift(), ADA)
    plan.sign_up(plan.shift(start=8, places=1), DUA)
    plan.shift(start=10, places=1)
    seen = []

    for time in ("05:59", "06:00", "08:00", "10:00", "12:00"):
        site.clock.set(f"2022-09-15 {time}")
        seen.append(text(picture(site), "shifts").removeprefix("On shift 2 of 3 shifts covered "))

    ada, dua = "AL Ada Lovelace Owls", "DK Dua Krasniqi Cats"
    assert seen == [
        f"Up next Thu 06:00–08:00 {ada} 2 seats free",
        f"On now Thu 06:00–08:00 {ada} Thank you! Up next Thu 08:00–10:00 {dua} Full. See you there!",
        f"On now Thu 08:00–10:00 {dua} Thank you! Up next Thu 10:00–12:00 1 seat free",
        "On now Thu 10:00–12:00 Nobody signed up.",
        "",
    ]


def test_display_has_a_code_that_leads_to_ones_own_shift(site: RunningApp) -> None:
    html = site.get("/display").text

    figure = html.partition('class="check-in">')[2].partition("</figure>")[0]
    assert figure.partition("<figcaption>")[0] == str(
        qr(f"{site.url}/me/shift", title="Your shift, where you check in")
    )


def test_scene_of_shifts_moves_with_a_sign_up(site: RunningApp) -> None:
    plan = Plan(site.game)
    shift_id = plan.shift()

    with streaming(site) as pictures:
        before = next(pictures)
        plan.sign_up(shift_id, ADA)
        after = next(pictures)

    assert ("3 seats free" in before, "Ada Lovelace" in text(after, "shifts")) == (True, True)


def test_week_that_goes_without_teams_shows_its_shifts_instead_of_standings(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session)
        people.find_or_create(session, ADA, "Ada Lovelace", empty_site.clock.now)
    plan = Plan(empty_site.game)
    plan.set(needs_team=False, leave_until_h=12, completes="itself", early_before="07:00", approve_covers=0)
    plan.sign_up(plan.shift(), ADA)

    html = picture(empty_site)

    assert shown(html) == ["shifts"]
    assert text(html, "shifts").endswith("Up next Thu 06:00–08:00 AL Ada Lovelace 2 seats free")


def test_no_quest_is_within_reach_once_the_days_are_over(site: RunningApp) -> None:
    site.record(kind="shift")
    found = []

    for at in ("2022-09-16 23:59:59", "2022-09-17 00:00"):
        site.clock.set(at)
        site.record(kind="response", occurred_at=moment("09:00"), external_id=at)
        found.append("quests" in shown(picture(site)))

    assert found == [True, False]


def test_scenes_with_nothing_to_say_are_skipped(site: RunningApp) -> None:
    assert shown(picture(site)) == ["board"]


def test_week_without_teams_says_so(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session)

    html = picture(empty_site)

    assert shown(html) == ["board"]
    assert text(html, "board") == "Standings No teams yet Teams show here once an organizer adds them."


def test_display_without_a_week_waits_for_one(empty_site: RunningApp) -> None:
    html = picture(empty_site)

    assert shown(html) == ["quiet"]
    assert empty_site.get("/display/pulse").json()["mark"] == ""
    assert empty_site.get("/display/live").status_code == 404


def test_display_with_every_scene_skipped_shows_a_quiet_picture(settings: Settings) -> None:
    changes = {"board_visibility": "public", "display_scenes": "race,heroes"}
    with serving(settings.changed(**changes)) as site:
        site.game.start()

        assert shown(picture(site)) == ["quiet"]


def test_person_without_a_team_is_in_no_list_and_in_the_totals(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        people.find_or_create(session, GUS, "Gus Björk", site.clock.now)

    site.record(kind="shift", person=GUS, occurred_at="2022-09-14T06:00:00-07:00")

    html = picture(site)
    assert shown(html) == ["board", "totals"]
    assert text(html, "totals").startswith("All of us, so far shift 1 responses 0")


def test_more_teams_than_fit_take_turns_by_pages(site: RunningApp) -> None:
    for number in range(36):
        site.game.team(f"Team {number:02}", f"player{number}@example.com")

    html = picture(site)

    assert (html.count('class="rank '), html.count("ranks__column"), html.count("ranks__gap")) == (38, 6, 4)
    assert text(html, "board").startswith("Standings 1–19 of 38 teams")
    assert text(html, "board-2").startswith("Standings 20–38 of 38 teams")
    assert re.findall(r'id="scene-board[^"]*" data-seconds="(\d+)"', html) == ["10", "10"]


def test_organizer_sees_on_the_display_what_everybody_sees(site: RunningApp) -> None:
    play(site)
    site.game.freeze()
    site.record(kind="knowledge_card", person=CHIDI)

    assert picture(site, admin=True) == picture(site)


def test_frozen_display_keeps_every_secret(site: RunningApp) -> None:
    play(site)
    before = picture(site)
    site.game.freeze()
    frozen = picture(site)
    mark = site.get("/display/pulse").json()["mark"]

    site.record(kind="shift", person=DUA, occurred_at="2022-09-14T06:00:00-07:00")
    site.record(kind="shift", person=CHIDI)
    site.game.team("Newcomers", "new@example.com")

    assert picture(site) == frozen
    assert site.get("/display/pulse").json()["mark"] == mark
    assert [text(frozen, scene) for scene in ALL] == [text(before, scene) for scene in ALL]
    assert "Frozen at Wed" in text(frozen)


def test_freeze_is_kept_by_a_server_that_starts_afterwards(site: RunningApp, settings: Settings) -> None:
    play(site)
    before = picture(site)
    site.game.freeze()
    for number in range(30):
        site.record(kind="response", person=DUA, external_id=f"late-{number}", source="zendesk")

    with serving(settings.changed(board_visibility="public")) as other:
        found = picture(other)

    assert [text(found, scene) for scene in ALL] == [text(before, scene) for scene in ALL]
    assert "zendesk" not in found


def test_reveal_is_no_newsflash(site: RunningApp) -> None:
    play(site)
    picture(site)
    site.game.freeze()
    picture(site)
    site.record(kind="knowledge_card", person=DUA)
    for number in range(9):
        site.record(kind="response", person=DUA, external_id=f"late-{number}")

    site.game.reveal()

    assert news(picture(site)) == []


def test_closed_week_is_the_summary_and_messages(site: RunningApp) -> None:
    play(site)

    site.game.close()

    html = picture(site)
    assert shown(html) == ["summary", "message"]
    assert text(html, "summary") == (
        "Q3-2022 : thank you, everyone 2 shifts, 1 response DK EŞ 文F Cats 2 points 2 AL BN CO Owls 30 points 1 "
        "Early birds Owls 1 × 6 a.m. shift Customer hero Dua Krasniqi 2 points from responses"
    )


def test_closed_week_without_points_has_no_podium(site: RunningApp) -> None:
    site.game.close()

    assert text(picture(site), "summary").startswith("Q3-2022 : thank you, everyone 0 shifts")


def test_next_week_takes_over_by_itself(site: RunningApp) -> None:
    site.game.close()
    with streaming(site) as pictures:
        first = next(pictures)

        replace(site.game, slug="q4-2022").start()
        second = next(each for each in pictures if "Q4-2022" in each)

    assert (shown(first), shown(second)) == (["summary"], ["board"])


def test_news_comes_with_the_change_and_stays_for_those_who_reconnect(site: RunningApp) -> None:
    with streaming(site) as pictures:
        first = next(pictures)
        site.record(kind="shift", person=ADA, occurred_at="2022-09-14T06:00:00-07:00")
        second = next(each for each in pictures if news(each))

    with streaming(site) as pictures:
        again = next(pictures)

    assert news(first) == []
    assert news(second) == ["In the lead: Owls", "6 a.m. shift covered"]
    assert again == second


def test_newest_news_comes_first_and_old_news_goes(site: RunningApp) -> None:
    picture(site)
    for day in range(12, 15):
        for kind, count in (("shift", 1), ("knowledge_card", 10), ("issue", 10)):
            for number in range(count):
                site.record(
                    kind=kind,
                    person=ADA,
                    occurred_at=f"2022-09-{day}T06:00:00-07:00",
                    external_id=f"{kind}-{day}-{number}",
                )
            picture(site)

    html = picture(site)

    assert news(html)[0] == "The 25th issue"
    assert len(news(html)) == 8


def test_news_of_a_rules_change_is_none(site: RunningApp) -> None:
    site.record(kind="issue", person=ADA)
    site.record(kind="response", person=DUA)
    picture(site)

    site.game.activate((PROJECT / "scoring_rules.toml").read_text().replace("points = 2\n", "points = 20\n", 1))

    assert text(picture(site), "board").startswith("Standings 1 DK EŞ 文F Cats")
    assert news(picture(site)) == []


def test_source_that_talks_regularly_is_missed(site: RunningApp, clock: SettableClock) -> None:
    site.batch(*(an_activity(source="zendesk", external_id=str(number)) for number in range(5)))
    site.batch(*(an_activity(source="once", external_id=str(number)) for number in range(4)))

    clock.set("2022-09-14 14:30")
    site.record(source="zendesk")

    html = picture(site)
    assert re.findall(r'data-from="([^"]*)"', html) == [moment("17:30").isoformat()]
    assert text(html.partition("status-bar__silences")[2].partition(">")[2]) == "Nothing from zendesk since Wed 14:30"


def test_people_who_log_and_come_to_their_shifts_are_missed_like_no_tool(site: RunningApp) -> None:
    site.batch(*(an_activity(source="by hand", external_id=str(number)) for number in range(5)))
    plan = Plan(site.game, site.clock.now)
    for hour in range(2, 12, 2):
        shift_id = plan.shift(hour, day=site.clock.now.date())
        (seat,) = plan.sign_up(shift_id, ADA, plan.organizer, "Was there").seats
        with site.database.unit_of_work() as session:
            correction.correct(session, SLUG, shift_id, seat.id, "completed", plan.organizer, reason="Was there")

    assert site.board()["totals"]["shift"] == 5
    assert re.findall(r'data-from="([^"]*)"', picture(site)) == []


def test_source_heard_again_starts_anew(site: RunningApp, clock: SettableClock) -> None:
    site.batch(*(an_activity(source="zendesk", external_id=str(number)) for number in range(5)))
    picture(site)

    clock.set("2022-09-14 16:00")
    site.record(source="zendesk")

    assert re.findall(r'data-from="([^"]*)"', picture(site)) == [moment("2022-09-15 07:00").isoformat()]


def test_pulse_has_the_clock_the_release_and_the_newest_picture(site: RunningApp) -> None:
    page = site.get("/display").text

    pulse = site.get("/display/pulse").json()

    assert pulse["now"] == "2022-09-14T20:00:00.000+00:00"
    assert re.findall(r'data-release="([^"]*)"', page) == [pulse["release"]]
    assert re.findall(r'data-mark="([^"]*)"', page) == [pulse["mark"]]


def test_pulse_tells_of_every_change(site: RunningApp) -> None:
    before = site.get("/display/pulse").json()["mark"]

    site.record()

    assert site.get("/display/pulse").json()["mark"] != before


def test_long_week_races_by_day_to_the_same_points(site: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    play(site)
    fine = picture(site)
    monkeypatch.setattr(race, "FINE_UPTO", 2)

    site.game.team("Newcomers", "new@example.com")

    assert text(picture(site), "race") == text(fine, "race").replace("Wed", "Wed 0 Newcomers")


def test_labels_of_the_race_keep_their_distance() -> None:
    assert race.spread([0, 10, 300, 610, 620]) == [0, 50, 300, 570, 620]


def test_scenes_come_in_the_order_and_for_the_seconds_of_the_setting(settings: Settings) -> None:
    changes = {"board_visibility": "public", "display_scenes": "totals:5, board:30"}
    with serving(settings.changed(**changes)) as site:
        site.game.start()
        play(site)

        matches = re.findall(r'id="scene-(\w+)" data-seconds="(\d+)"', picture(site))

    assert matches == [("totals", "5"), ("board", "30")]


def test_scenes_are_those_that_settings_may_name() -> None:
    assert tuple(scene.name for scene in scenes.ROTATION) == rotation.SCENES


def test_example_of_the_setting_is_the_default() -> None:
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")

    listed = re.findall(r"^#ASSEMBLY_WEEK_DISPLAY_SCENES=(.*)$", example, re.MULTILINE)

    assert [scenes.rotation_of(each) for each in listed] == [scenes.rotation(())]


def test_documentation_describes_every_scene() -> None:
    page = (PROJECT / "docs" / "display.md").read_text(encoding="utf-8")

    described = re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE)

    assert described == [(scene.name, str(scene.seconds)) for scene in scenes.ROTATION]


def test_display_has_nothing_to_press(site: RunningApp) -> None:
    play(site)

    page = site.get("/display").text

    assert re.findall(r"<(a|button|input|form|select|summary)\b", page) == []


def test_picture_names_no_address(site: RunningApp) -> None:
    play(site)

    assert "@" not in picture(site)


def test_stream_starts_with_the_whole_picture(site: RunningApp) -> None:
    play(site)

    with streaming(site) as pictures:
        first = list(islice(pictures, 1))

    assert first == [picture(site).rstrip("\n")]
    assert SLUG in site.get("/").text
    assert OWLS in first[0]
