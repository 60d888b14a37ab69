"""A week with something of everything, and what of a week has to be the same wherever it is."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlmodel import Session, col, select

from app.db.database import Database
from app.domain.actor import Act, person
from app.domain.intake.reports import ClockFact
from app.domain.view import EVERYTHING, View
from app.models import Cheer, GuestbookEntry, LedgerEntry, Seat, SeatChange, Shift, Timing, Week, WeekEvent
from app.services import cheers, clocks, guestbook
from app.services.access import addresses
from app.services.archives import exporting, importing
from app.services.archives.importing import Imported
from app.services.exports import ledger_export
from app.services.ledger import timings
from app.services.organizing import person_merging, team_admin, team_merging
from app.services.rules import history
from app.services.shifts import completion, covers, waiting
from app.services.standings import boards, stories, verification
from app.services.weeks import weeks
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, FUMIKO, OWLS, SLUG, Game, act_by, dearer_issues, moment
from tests.services.shifts.test_seats import Plan

GIA = ("gia@example.com", "gia@home.example")
LATER = moment("2022-09-15 12:00")


def play(game: Game) -> None:
    """Play a week: work, corrections, moves, rules, clocks, shifts with covers, a guestbook, cheers."""
    plan = Plan(game)
    shift_id, full = plan.shift(6), plan.shift(9, places=1)
    seats = [plan.sign_up(shift_id, email).seat for email in (ADA, BO, DUA)]
    given = plan.sign_up(full, ELIF).seat
    with game.database.unit_of_work() as session:
        waiting.join(session, SLUG, full, plan.person(CHIDI).id, plan.act_of(CHIDI))
        covers.offer(session, SLUG, full, given.id, "everyone", plan.act_of(ELIF))
    with game.database.unit_of_work() as session:
        covers.accept(session, SLUG, full, given.id, plan.person(FUMIKO).id, plan.act_of(FUMIKO))
    for number, seat in enumerate(seats):
        at = plan.at(f"2022-09-15 07:5{number}")
        with game.database.unit_of_work() as session:
            completion.complete(session, SLUG, shift_id, seat.id, at.organizer, reason="They were there")
    later = game.at(LATER)
    work(later)
    with game.database.unit_of_work() as session:
        for email in (ADA, DUA):
            who = plan.person(email)
            act = Act(person(who.name, who.id, "player"), LATER)
            guestbook.write(session, SLUG, who.id, "The coffee", "=More coffee", act, is_public=True, may_quote=True)


def work(game: Game) -> None:
    """Record, correct, cheer; move somebody; change the rules; and let a clock say how long a reply took."""
    first, second, reply = (
        game.take(person=person_, kind=kind, subject="t-1", note="Ünïcode\nline", url="https://x.example/1")
        for person_, kind in ((ADA, "issue"), (DUA, "response"), (BO, "response"))
    )
    game.activate(dearer_issues())
    game.team("Elks", BO)
    game.reverse(second.entry)
    game.take(person=BO, kind="issue")
    game.adjust(OWLS, -3)
    game.take(person=ELIF, kind="knowledge_card")
    entry = reply.entry
    with game.database.unit_of_work() as session:
        asked = entry.occurred_at - timedelta(seconds=90)
        facts = [
            ClockFact("t-1", "created", asked), ClockFact("t-1", "staff", entry.occurred_at, entry.external_id),
        ]  # fmt: skip
        timings.follow(session, entry.source, clocks.keep(session, entry.source, facts), game.act)
    with game.database.unit_of_work() as session:
        dua = Plan(game).person(DUA)
        cheers.cheer(session, SLUG, first.entry.id, dua.id, Act(person(dua.name, dua.id, "player"), game.now))


def merge(game: Game) -> None:
    """Give a team a look, a person a further email, and make two people and two teams one each."""
    game.team("Emus", *GIA)
    for email in GIA:
        game.take(person=email)
    kept, other, dua = (Plan(game).person(email).id for email in (*GIA, DUA))
    with game.database.unit_of_work() as session:
        addresses.add(session, dua, "dua@home.example", game.act)
        team_admin.set_look(session, game.slug, game.team_id(OWLS), 3, "🦉", game.act)
        person_merging.merge(session, kept, other, game.act)
    with game.database.unit_of_work() as session:
        team_merging.merge(session, game.slug, game.team_id("Elks"), game.team_id("Emus"), game.act)


def pack(game: Game) -> BytesIO:
    """The archive of the game's week."""
    out = BytesIO()
    with game.database.reading() as session:
        exporting.export(session, game.slug, out, game.now)
    return out


def unpack(database: Database, file: BytesIO, now: datetime, **options: Any) -> Imported:
    """Import an archive."""
    with database.unit_of_work() as session:
        return importing.bring_in(session, file, act_by("Olu", now), **options)


def picture(database: Database, slug: str, now: datetime) -> dict[str, Any]:
    """Everything people see of a week, but for ids: boards, receipts, summary, ledger, shifts, history."""
    with database.reading() as session:
        week = weeks.find(session, slug, now)
        public = weeks.view_of(week, "public")
        return {
            "week": week.model_dump(
                exclude={"id", "slug", "rule_set_id", "frozen_rule_set_id", "frozen_board", "frozen_names"}
            ),
            "boards": [_board(session, week, view, now) for view in (weeks.view_of(week, "organizers"), public)],
            "ledger": _ledger(session, week),
            "shifts": _shifts(session, week),
            "story": re.sub(f"{slug}|[0-9a-f]{{16}}", "…", str(_story(session, week))),
            "rules": [(each.at, each.note, each.changes) for each in history.during(session, week, public)],
            "history": [
                (each.action, each.reason, each.by, each.at)
                for each in session.exec(
                    select(WeekEvent).where(WeekEvent.week_id == week.id).order_by(col(WeekEvent.id))
                )
                if each.action != "imported"
            ],
            "differences": verification.verify(session, week, now),
        }


def _story(session: Session, week: Week) -> object:
    return stories.of_week(session, week, weeks.view_of(week, "organizers"))


def _board(session: Session, week: Week, view: View, now: datetime) -> Any:
    board = boards.seen(session, week, view, now)
    # What happens at one moment is told in the order of its keys, which shifts have of their ids.
    receipts = {
        each.team: sorted(
            str(replace(line, activity="")) for line in boards.receipt(session, week, each.team_id, view).items
        )
        for each in board.standings
    }
    named = tuple(replace(each, team_id="") for each in board.standings)
    return replace(board, week="", standings=named), receipts


def _ledger(session: Session, week: Week) -> list[Any]:
    found = [item for page in ledger_export.pages(session, week, lambda _: None, view=EVERYTHING) for item in page]
    keys = {
        seat: (starts, email)
        for seat, starts, email in session.exec(
            select(Seat.id, Shift.starts_at, Seat.person_id).join(Shift, col(Shift.id) == Seat.shift_id)
        )
    }
    counts = {
        entry: len(session.exec(select(model).where(model.activity_seq == seq)).all())
        for model in (Timing, Cheer)
        for seq, entry in session.exec(select(LedgerEntry.seq, LedgerEntry.id).where(LedgerEntry.week_id == week.id))
    }
    return [
        (
            replace(
                item, id="", week="", team_id=None, external_id="" if item.source == "shifts" else item.external_id
            ),
            counts[item.id],
            item.external_id.partition("/")[2] in keys,
        )
        for item in found
    ]


def _shifts(session: Session, week: Week) -> list[Any]:
    query = select(Shift).where(Shift.week_id == week.id).order_by(col(Shift.starts_at), col(Shift.local_until))
    found = []
    for shift in session.exec(query):
        seats = session.exec(select(Seat).where(Seat.shift_id == shift.id).order_by(col(Seat.signed_up_at))).all()
        ids = [seat.id for seat in seats]
        changes = session.exec(select(SeatChange).where(col(SeatChange.seat_id).in_(ids)).order_by(col(SeatChange.id)))
        entries = session.exec(select(GuestbookEntry).where(GuestbookEntry.shift_id == shift.id)).all()
        found.append((
            shift.model_dump(exclude={"id", "week_id"}), sorted((seat.state, seat.signed_up_at) for seat in seats),
            sum(seat.giver_id is not None for seat in seats),
            [(each.before, each.after, each.changed_by, each.changed_at) for each in changes], len(entries),
        ))  # fmt: skip
    return found
