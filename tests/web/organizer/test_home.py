"""`/organizer`: how things stand, and what to do next."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from app.config import Settings
from app.domain.wording import size
from app.jobs import upkeep
from app.models import Display, QueuedJob
from app.services import jobs, scheduling
from app.services.access import accounts, tokens
from app.services.operations import kept_backups, room
from app.services.operations.room import Room
from app.services.rules import rule_sets
from app.services.weeks import schedule
from app.services.weeks.schedule import Slot
from tests.builders import ADA, BO, CATS, CHIDI, NOW, OWLS, SLUG, Game, a_team, a_week, act_by
from tests.services.shifts.test_seats import Plan
from tests.web.organizer.reading import text_of
from tests.web.running_app import BOTH_ENGINES, RunningApp, SettableClock, serving, sign_in

OLU = "olu@example.com"


def test_an_empty_installation_is_told_the_way(empty_site: RunningApp) -> None:
    olu = sign_in(empty_site, OLU, "owner")

    page = olu.get("/organizer")

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "No week yet Create the first week: a name, its days and its time zone." in text_of(page)
    assert "0 of 6 done" in text_of(page)
    assert "Create a week" in page.text.partition('class="steps"')[2]
    assert not {"Set up teams", "Open week", "Create links"} & set(re.findall(r"small[^>]*>([^<]*)</a>", page.text))


def test_the_next_step_follows_the_week(empty_site: RunningApp) -> None:
    olu, said = sign_in(empty_site, OLU, "organizer"), []

    def look() -> None:
        said.append(text_of(olu.get("/organizer")))

    with empty_site.database.unit_of_work() as session:
        a_week(session, state="draft")
    look()
    with empty_site.database.unit_of_work() as session:
        a_team(session, OWLS)
        a_team(session, CATS)
    look()
    empty_site.game.open()
    look()
    for day in ("2022-09-10 12:00", "2022-09-17 12:00"):
        empty_site.clock.set(day)
        olu = sign_in(empty_site, OLU, "organizer")
        look()
    empty_site.game.close()
    look()

    wanted = [
        "A draft without teams.", "A draft. Check its teams", "It’s open.", "Starts Monday 12 September.",
        "Last day over. Close it", "Closed. Present the results",
    ]  # fmt: skip
    assert [sentence in text for sentence, text in zip(wanted, said, strict=True)] == [True] * 6


def test_a_week_with_everything_has_no_checklist_of_its_own(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        tokens.create(session, act_by("Olu", NOW), name="Bridge", scopes=["read"], days=None)

    text = text_of(sign_in(site, OLU, "organizer").get("/organizer"))

    assert "2 teams" not in text
    assert "6 people haven’t signed in" in text
    assert "4 of 6 done" in text


def test_people_of_other_weeks_are_not_waited_for(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "q2-2022", starts=date(2022, 6, 13), ends=date(2022, 6, 17))
        a_team(session, "Larks", "lark@example.com", slug="q2-2022")
        accounts.create(session, act_by("Olu", NOW), name="Ivy", email="ivy@example.com")

    text = text_of(sign_in(site, OLU, "organizer").get("/organizer"))

    assert "6 people haven’t signed in" in text


def needed(site: RunningApp) -> list[str]:
    """The sentences of what needs an organizer, each with its button."""
    page = sign_in(site, OLU, "organizer").get("/organizer").text
    section = page.partition('aria-labelledby="needed"')[2].partition("</section>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in section.split('<li class="stage">')[1:]]


def test_gaps_and_teams_without_a_shift_are_told_while_they_can_be_mended(site: RunningApp) -> None:
    plan = Plan(site.game)
    site.clock.set("2022-09-14 12:00")
    first, _ = plan.shift(14), plan.shift(16)
    before = needed(site)
    for email in (ADA, BO, CHIDI):
        plan.sign_up(first, email)
    covered = needed(site)
    site.clock.set("2022-09-16 12:00")
    over = needed(site)

    assert before[:2] == [
        "2 shifts lack people, the first Thursday 15 September, 14:00. See gaps", "2 teams have no shift. Ask them",
    ]  # fmt: skip
    assert covered[:2] == [
        "1 shift lacks people: Thursday 15 September, 16:00. See gaps",
        "1 team has no shift. Ask them",
    ]
    assert over == ["6 people haven’t signed in. Create links"]


def test_screens_that_are_away_for_an_hour_and_a_full_disk_are_told(
    site: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = site.app.state.context.clock.real()
    with site.database.unit_of_work() as session:
        for name, minutes in (("Lobby", 61), ("Kitchen", 30)):
            seen_at = wall - timedelta(minutes=minutes)
            session.add(Display(name=name, sha256=name, by="Olu", created_at=seen_at, seen_at=seen_at))
    monkeypatch.setattr(room, "of", lambda place: Room(100_000_000, 500_000_000))

    said = needed(site)

    assert said[0] == "The disk of the database has 100 MB left of 500 MB. Make room there. See the disk"
    assert [each.partition(" This display is away, last seen ")[0] for each in said[1:]] == [
        "6 people haven’t signed in. Create links",
        "Lobby",
    ]


def last_backup(site: RunningApp) -> str:
    """The overview's line about the last backup; empty where there is none."""
    page = text_of(sign_in(site, OLU, "organizer").get("/organizer"))
    return page.partition("Last backup ")[2].partition(" Jobs ")[0]


def test_last_backup_is_told_and_what_to_do_where_it_failed(
    game: Game, settings: Settings, clock: SettableClock
) -> None:
    settings = settings.changed(backup_dir=settings.data_dir / "copies", backup_hour=23)
    plan = kept_backups.plan_of(settings)
    assert plan is not None
    with serving(settings, clock) as site:
        none = last_backup(site), needed(site)[0]
        copy = kept_backups.make(plan, clock.now - timedelta(hours=47)).copy
        fresh = last_backup(site), needed(site)[0]
        tried(game, done_at=clock.now)
        clock.now += timedelta(hours=2)
        old = needed(site)[0]
        tried(game, error="The disk is full. There’s no new backup.", run_at=clock.now + timedelta(minutes=9))
        failing = needed(site)[0]
        tried(game, error="The disk is full. There’s no new backup.", dead_at=clock.now)
        given_up = needed(site)
        copy.path.unlink()
        given_up_without = needed(site)[0]
        tried(game, done_at=clock.now)
        gone = last_backup(site), needed(site)[1]

    newest = "The newest one is from 12 Sep 2022, 14:00."
    never = "6 people haven’t signed in. Create links"
    assert none == ("None yet, due daily from 23:00 UTC", never)
    assert fresh == (f"12 Sep 2022, 14:00, {size(copy.bytes)}, 1 kept", never)
    assert old == f"Daily backup None for over two days. {newest} Run “assembly-week backup”: it says what is wrong."
    assert failing == (f"Daily backup It failed and is tried again. The disk is full. There’s no new backup. {newest}")
    assert given_up[:2] == [
        f"Daily backup It failed. The disk is full. There’s no new backup. {newest} Try again",
        never,
    ]
    assert given_up_without == ("Daily backup It failed. The disk is full. There’s no new backup. Try again")
    assert gone == (
        "None", f"Daily backup {plan.directory} holds none. Is its disk there? “assembly-week backup” makes one.",
    )  # fmt: skip


def tried(game: Game, **outcome: Any) -> None:
    """A later backup job, with what became of it."""
    with game.database.unit_of_work() as session:
        fields: dict[str, Any] = {"kind": kept_backups.BACK_UP, "payload": "{}", "run_at": NOW, "attempts": 1}
        session.add(QueuedJob(**fields | outcome))


@BOTH_ENGINES
def test_backups_that_nobody_scheduled_are_told_of_where_they_could_be(site: RunningApp, engine: str) -> None:
    assert last_backup(site) == ("None scheduled" if engine == "sqlite" else "")


def test_planned_change_that_could_not_happen_is_told_until_someone_acts(site: RunningApp) -> None:
    opens = site.clock.now + timedelta(hours=1)
    with site.database.unit_of_work() as session:
        a_week(session, "next", starts=date(2022, 9, 26), ends=date(2022, 9, 30), state="draft")
        schedule.change(session, "next", {"close": Slot(opens)}, act_by("Olu", site.clock.now))
    before = needed(site)
    with site.database.unit_of_work() as session:
        scheduling.run_due(session, opens)
    told = needed(site)
    with site.database.unit_of_work() as session:
        schedule.change(session, "next", {"close": None}, act_by("Olu", opens))

    [name] = set(told) - set(before)
    failure = "NEXT is a draft. Only an open week can be closed."
    assert name == f"NEXT The planned closing didn’t happen. {failure} Close week"
    assert needed(site) == before


def test_an_overview_on_which_nothing_waits_says_so(empty_site: RunningApp) -> None:
    page = text_of(sign_in(empty_site, OLU, "owner").get("/organizer"))

    assert "Nothing needs you now" in page
    assert "Database SQLite" in page
    assert "Last 7 days Never away" in page


def test_a_refused_rules_file_shows_every_mistake(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        rule_sets.read_file(session, "format = 2\n<b>", act_by("rules file", NOW))

    page = sign_in(site, OLU, "organizer").get("/organizer")

    assert "mistake in the rules file Version 1 stays active." in text_of(page)
    assert ("Line 2" in text_of(page), "<b>" in page.text) == (True, False)


def test_players_visitors_and_tokens_stay_outside(site: RunningApp) -> None:
    statuses = [
        sign_in(site, "gus@example.com").get("/organizer").status_code,
        site.get("/organizer").status_code,
        site.get("/organizer", "admin").status_code,
    ]

    assert statuses == [403, 401, 403]


def a_dead_job(site: RunningApp, kind: str, **payload: str) -> str:
    now = site.app.state.context.clock.real()
    with site.database.unit_of_work() as session:
        jobs.enqueue(session, kind, payload, run_at=NOW)
        (taken,) = jobs.claim(session, "worker", {kind: timedelta(minutes=1)}, NOW, 1)
        jobs.bury(session, taken, "The mail server refuses it.", now)
        return str(taken.id)


def test_a_job_that_failed_is_shown_until_somebody_takes_care_of_it(site: RunningApp) -> None:
    olu = sign_in(site, OLU, "organizer")
    first, second = a_dead_job(site, upkeep.FORGET), a_dead_job(site, "mail.lost")
    assert text_of(olu.get("/organizer")).count("The mail server refuses it. Try again Dismiss") == 2

    answers = [olu.post(f"/organizer/jobs/{first}/retry"), olu.post(f"/organizer/jobs/{second}/dismiss")]
    repeated = olu.post(f"/organizer/jobs/{second}/dismiss")

    assert [answer.headers["location"] for answer in answers] == [
        "/organizer?done=revived",
        "/organizer?done=dismissed",
    ]
    assert (repeated.status_code, "Someone took care of this job already." in text_of(repeated)) == (409, True)
    assert "Failed jobs" not in text_of(olu.get("/organizer"))


def test_failed_jobs_say_whom_they_were_for_and_are_all_dismissed_or_tried_again_at_once(site: RunningApp) -> None:
    olu, ada = sign_in(site, OLU, "organizer"), sign_in(site, ADA)
    a_dead_job(site, "mail.sign_in_link", person=ada.person_id)
    a_dead_job(site, "mail.sign_in_link", email="typo@example.com")
    a_dead_job(site, upkeep.FORGET)
    shown = text_of(olu.get("/organizer"))

    revived = olu.post("/organizer/jobs/all/retry")  # there is no mail server in the settings
    left = text_of(olu.get("/organizer"))
    again = olu.post("/organizer/jobs/all/retry")
    dismissed = olu.post("/organizer/jobs/all/dismiss")

    assert "3 jobs failed, and nothing tries again by itself. See them" in shown
    assert "A sign-in link by email to Ada Lovelace" in shown
    assert "A sign-in link by email to typo@example.com" in shown
    assert "2 jobs failed" in left
    assert [each.status_code for each in (revived, again, dismissed)] == [303, 409, 303]
    assert "Failed jobs" not in text_of(olu.get("/organizer"))


def test_a_job_that_no_handler_does_any_more_stays_listed(site: RunningApp) -> None:
    olu = sign_in(site, OLU, "organizer")
    job_id = a_dead_job(site, "mail.sign_in_link")  # there is no mail server in the settings

    answer = olu.post(f"/organizer/jobs/{job_id}/retry")

    sentence = "Nothing here does jobs of the kind mail.sign_in_link now. Set up what they need first, or dismiss it."
    assert (answer.status_code, sentence in text_of(answer)) == (409, True)
    assert "A sign-in link by email 14 Sep 2022" in text_of(olu.get("/organizer"))


@pytest.mark.parametrize("page", ["shifts", "teams"])
def test_short_addresses_lead_to_the_pages_of_this_week(site: RunningApp, page: str) -> None:
    answer = sign_in(site, OLU, "organizer").get(f"/organizer/{page}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/organizer/weeks/{SLUG}/{page}")


def test_short_addresses_lead_to_the_list_where_there_is_no_week(empty_site: RunningApp) -> None:
    answer = sign_in(empty_site, OLU, "organizer").get("/organizer/shifts")

    assert (answer.status_code, answer.headers["location"]) == (303, "/organizer/weeks")
