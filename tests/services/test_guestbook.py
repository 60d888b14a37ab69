"""The guestbook: written in one's own name, withdrawn for good, hidden with a reason, quoted with consent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.domain import actor as actors
from app.errors import Conflict, Malformed, NotAllowed, NotFound, WeekUnknown
from app.models import GuestbookEntry
from app.services import guestbook, topics
from app.services.guestbook import MOST_PER_PERSON
from app.services.weeks import weeks
from tests.builders import ADA, DUA, NOW, OWLS, SLUG, Game
from tests.races import race, repeat
from tests.services.shifts.test_seats import Plan


@dataclass(frozen=True)
class Desk:
    """The guestbook of the standard week, with people of the cast at it."""

    plan: Plan

    def write(self, email: str = ADA, worked: str = "Pairing", improve: str = "", **changes: Any) -> GuestbookEntry:
        """Write an entry for everyone, in one's own name."""
        person_id = changes.pop("person_id", self.plan.person(email).id)
        audience = {"is_public": True, "may_quote": False} | changes
        with self.plan.game.database.unit_of_work() as session:
            return guestbook.write(session, SLUG, person_id, worked, improve, self.plan.act_of(email), **audience)

    def quote(self, email: str = ADA, worked: str = "Pairing") -> GuestbookEntry:
        """Write an entry that may be quoted."""
        return self.write(email, worked, may_quote=True)

    def withdraw(self, entry: GuestbookEntry, email: str = ADA) -> None:
        """Withdraw an entry."""
        with self.plan.game.database.unit_of_work() as session:
            guestbook.withdraw(session, SLUG, entry.id, self.plan.act_of(email))

    def hide(self, entry: GuestbookEntry) -> None:
        """Hide an entry."""
        with self.plan.game.database.unit_of_work() as session:
            guestbook.hide(session, SLUG, entry.id, self.plan.organizer, reason="Names a customer")

    def show(self, entry: GuestbookEntry) -> None:
        """Show an entry again."""
        with self.plan.game.database.unit_of_work() as session:
            guestbook.show(session, SLUG, entry.id, self.plan.organizer)

    def read_by(self, email: str = "") -> list[tuple[str, str]]:
        """Names and words that a reader sees, newest first: a visitor, somebody of the cast, or the organizer."""
        reader = None if not email else self.plan.organizer.actor if email == "Olu" else self.plan.act_of(email).actor
        with self.plan.game.database.reading() as session:
            week = self.plan.game.week()
            found = guestbook.page(session, week, reader, weeks.view(week, reader), cursor=None, limit=100)
            return [(item.person, item.entry.worked or item.entry.improve) for item in found.items]

    def quoted(self, longest: int = 100) -> list[tuple[str, str]]:
        """The quotes that everyone sees."""
        with self.plan.game.database.reading() as session:
            week = self.plan.game.week()
            found = guestbook.quotes(session, week, weeks.view_of(week, "public"), limit=9, longest=longest)
            return [(quote.person, quote.text) for quote in found]

    def version(self) -> int:
        """The number of changes that watchers were told of."""
        with self.plan.game.database.reading() as session:
            return topics.versions(session, "guestbook").get(self.plan.game.week().id, 0)


@pytest.fixture
def desk(game: Game) -> Desk:
    """Wednesday afternoon."""
    return Desk(Plan(game, NOW))


def test_write_keeps_the_words_tidy_and_who_may_read_them(desk: Desk) -> None:
    entry = desk.write(worked=" Calm \r\n\r\n\r\n team\u200b ", improve="Fewer\ttabs", is_public=False)

    assert (entry.worked, entry.improve, entry.is_public, entry.may_quote) == ("Calm\n\nteam", "Fewer tabs", 0, 0)
    assert (entry.written_at, entry.shift_id, desk.version()) == (NOW, None, 1)
    assert {name: len(desk.read_by(name)) for name in ("", ADA, DUA, "Olu")} == {"": 0, ADA: 1, DUA: 0, "Olu": 1}


@pytest.mark.parametrize(
    "changes",
    [{"worked": ""}, {"worked": " \u200b\n"}, {"worked": "\u202e"}, {"worked": "x" * 1_001}, {"improve": "\0"},
     {"may_quote": True, "is_public": False}, {"may_quote": True, "worked": "", "improve": "More"}],
)  # fmt: skip
def test_entry_that_cannot_be_is_refused(desk: Desk, changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        desk.write(**changes)


def test_write_in_somebody_elses_name_or_about_a_shift_of_others_is_refused(desk: Desk) -> None:
    shift_id = desk.plan.shift()
    desk.plan.sign_up(shift_id, ADA)

    with pytest.raises(NotAllowed):
        desk.write(ADA, person_id=desk.plan.person(DUA).id)
    for foreign in (shift_id, "0" * 16, "\0"):
        with pytest.raises(NotFound):
            desk.write(DUA, shift_id=foreign)
    assert desk.write(ADA, shift_id=shift_id).shift_id == shift_id


def test_my_shifts_are_those_that_have_begun(desk: Desk) -> None:
    desk.plan.sign_up(desk.plan.shift(6), ADA)
    desk.plan.sign_up(desk.plan.shift(8), ADA)

    with desk.plan.game.database.reading() as session:
        found = guestbook.my_shifts(
            session, desk.plan.game.week(), desk.plan.person(ADA).id, desk.plan.at("2022-09-15 06:00").now
        )

    assert [label for _, label in found] == ["Thu 15 Sep 06:00–08:00 PDT"]


def test_same_entry_again_is_the_first_also_at_once(desk: Desk) -> None:
    entries = race(repeat(5, lambda _: desk.write()))

    assert len({getattr(entry, "id", entry) for entry in entries}) == 1
    assert desk.write(improve="Something else").id not in {getattr(entry, "id", "") for entry in entries}


def test_nobody_writes_more_than_they_may(desk: Desk) -> None:
    with desk.plan.game.database.unit_of_work() as session:
        for number in range(MOST_PER_PERSON):
            guestbook.write(
                session, SLUG, desk.plan.person(ADA).id, f"Entry {number}", "", desk.plan.act_of(ADA),
                is_public=True, may_quote=False,
            )  # fmt: skip

    with pytest.raises(Conflict, match="You have written 50 entries"):
        desk.write()
    desk.write(DUA)


def test_entries_are_taken_from_opening_until_a_month_after_the_last_day(desk: Desk) -> None:
    game = desk.plan.game
    game.close()

    Desk(desk.plan.at("2022-10-16 23:59")).write(worked="Long after")
    with pytest.raises(Conflict, match="guestbook is closed"):
        Desk(desk.plan.at("2022-10-17 00:00")).write(worked="Too late")
    with pytest.raises(WeekUnknown), game.database.unit_of_work() as session:
        guestbook.write(session, "no", "", "x", "", desk.plan.organizer, is_public=True, may_quote=False)


def test_draft_week_takes_no_entry(database: Any) -> None:
    desk = Desk(Plan(Game(database).start(state="draft"), NOW))

    with pytest.raises(Conflict, match="is a draft"):
        desk.write()


def test_withdraw_erases_the_words_of_ones_own_entry_alone(desk: Desk) -> None:
    entry = desk.quote()

    with pytest.raises(NotFound):
        desk.withdraw(entry, DUA)
    desk.withdraw(entry)

    with desk.plan.game.database.reading() as session:
        kept = session.exec(select(GuestbookEntry)).one()
        assert (kept.worked, kept.improve, kept.withdrawn_at) == ("", "", NOW)
    assert ([desk.read_by(name) for name in ("", ADA, "Olu")], desk.quoted(), desk.version()) == ([[], [], []], [], 2)
    with pytest.raises(NotFound):
        desk.hide(entry)


def test_hidden_entry_is_for_its_author_and_organizers_until_shown_again(desk: Desk) -> None:
    entry = desk.quote()

    desk.hide(entry)
    desk.hide(entry)
    hidden = {name: len(desk.read_by(name)) for name in ("", ADA, DUA, "Olu")}, desk.quoted(), desk.version()
    desk.show(entry)

    assert hidden == ({"": 0, ADA: 1, DUA: 0, "Olu": 1}, [], 2)
    assert (desk.read_by(), desk.quoted()) == ([("Ada Lovelace", "Pairing")],) * 2


def test_page_goes_on_after_its_last_entry_and_counts_no_hidden_ones(desk: Desk) -> None:
    game = desk.plan.game
    for number in range(5):
        entry = Desk(Plan(game, NOW + timedelta(minutes=number))).write(worked=f"Entry {number}")
        if number == 2:
            desk.hide(entry)
    visitor = actors.visitor("")

    with game.database.reading() as session:
        week = game.week()
        view = weeks.view(week, visitor)
        first = guestbook.page(session, week, visitor, view, cursor=None, limit=3)
        second = guestbook.page(session, week, visitor, view, cursor=first.next_cursor, limit=3)

    assert [[item.entry.worked[-1] for item in each.items] for each in (first, second)] == [["4", "3", "1"], ["0"]]
    assert second.next_cursor is None


def test_frozen_week_has_the_names_of_the_freeze(desk: Desk) -> None:
    desk.quote()
    desk.plan.game.freeze()
    desk.plan.game.rename(ADA, "Countess", OWLS)

    assert (desk.read_by(), desk.quoted()) == ([("Ada Lovelace", "Pairing")],) * 2
    assert desk.read_by("Olu") == [("Countess", "Pairing")]


def test_quotes_are_what_worked_with_consent_newest_first_and_short(desk: Desk) -> None:
    desk.quote(worked="A very long and thorough praise of everybody")
    desk.write(worked="No consent")
    Desk(Plan(desk.plan.game, NOW + timedelta(hours=1))).quote(DUA, "Short")

    assert desk.quoted(longest=20) == [("Dua Krasniqi", "Short"), ("Ada Lovelace", "A very long and…")]
