"""Notices: written once, read on one's page, and looked at again when they are sent."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from app.domain.notices.model import ALWAYS, Kind
from app.domain.notices.wording import as_text
from app.errors import Conflict, Malformed, NotFound
from app.models import Notice, Person, QueuedJob
from app.services import notice_mail, notices
from app.services.access import accounts
from app.services.notice_mail import Addresses, Outgoing
from app.services.notices import MAIL, News
from tests.builders import ADA, BO, CATS, CHIDI, DUA, ELIF, FUMIKO, NAMES, OWLS, Game, moment
from tests.races import race

ADDRESSES = Addresses("https://week.example.com", "au_x")


def tell(game: Game, *emails: str, news: News | None = None) -> int:
    news = news or News("nudge", "owls", 1, {"name": "Olu", "team": OWLS, "week": "Q3"})
    with game.database.unit_of_work() as session:
        people = [person.id for email in emails if (person := accounts.by_email(session, email))]
        return notices.tell(session, game.week(), people, news, game.now)


def rows(game: Game) -> list[Notice]:
    with game.database.reading() as session:
        return list(session.exec(select(Notice).order_by(col(Notice.created_at), col(Notice.channel))))


def titles(game: Game, email: str) -> list[str]:
    with game.database.reading() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        found = notices.page(session, person.id, game.now, cursor=None, limit=50)
        return [as_text(each.words.title) for each in found.items]


def unread(game: Game, email: str) -> int:
    with game.database.reading() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        return notices.unread(session, person.id, game.now)


def jobs_of(game: Game, kind: str = MAIL) -> list[datetime]:
    with game.database.reading() as session:
        query = select(QueuedJob.run_at).where(QueuedJob.kind == kind).order_by(col(QueuedJob.run_at))
        return list(session.exec(query))


def begin(game: Game, notice: Notice) -> Outgoing | None:
    with game.database.unit_of_work() as session:
        return notice_mail.begin(session, notice.id, ADDRESSES, game.now)


def end(game: Game, notice: Notice, *, is_sent: bool) -> None:
    with game.database.unit_of_work() as session:
        notice_mail.end(session, notice.id, game.now, is_sent=is_sent)


def test_tell_tells_each_once_on_the_page_and_by_email(game: Game) -> None:
    first, again = tell(game, ADA, BO), tell(game, ADA, CHIDI)

    assert (first, again) == (2, 1)
    assert sorted((row.channel, row.kind) for row in rows(game)) == [("email", "nudge")] * 3 + [("page", "nudge")] * 3
    assert (unread(game, ADA), len(jobs_of(game))) == (1, 3)


def test_tell_by_ten_at_once_writes_one_notice(game: Game) -> None:
    results = race([lambda: tell(game, ADA)] * 10)

    assert sorted(results, key=str) == [0] * 9 + [1]
    assert len(rows(game)) == 2


def test_tell_holds_emails_of_the_night_and_never_the_page(game: Game) -> None:
    night = game.at("2022-09-14 23:00")
    with game.database.unit_of_work() as session:
        accounts.set_zone(session, session.exec(select(Person).where(Person.email == BO)).one(), "Europe/Berlin")

    tell(night, ADA, BO)

    assert (unread(night, ADA), jobs_of(game)) == (1, [night.now, moment("2022-09-15 07:00")])


def test_tell_leaves_out_who_is_switched_off(game: Game) -> None:
    with game.database.unit_of_work() as session:
        accounts.switch(session, session.exec(select(Person).where(Person.email == BO)).one(), game.act, on=False)

    assert tell(game, ADA, BO) == 1


def test_nudge_asks_a_team_once_a_day(game: Game) -> None:
    team_id, week = game.team_id(CATS), game.week()

    def nudge(at: Game) -> int:
        with game.database.unit_of_work() as session:
            return notices.nudge(session, week, team_id, at.act)

    counts = [nudge(game), nudge(game), nudge(game.at("2022-09-15 08:00"))]

    assert counts == [3, 0, 3]
    assert [unread(game, email) for email in (ADA, DUA, ELIF, FUMIKO)] == [0, 1, 1, 1]
    with pytest.raises(NotFound), game.database.unit_of_work() as session:
        notices.nudge(session, week, "0" * 16, game.act)


def test_mark_read_leaves_what_came_since(game: Game) -> None:
    tell(game, ADA)
    later = game.at(game.now + timedelta(minutes=1))
    tell(later, ADA, news=News("nudge", "owls", 2, {}))
    with game.database.unit_of_work() as session:
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        read = notices.mark_read(session, ada.id, game.now.isoformat(), later.now)
        for wrong in ("yesterday", "2022-09-14", ""):
            with pytest.raises(Malformed):
                notices.mark_read(session, ada.id, wrong, later.now)

    assert (read, unread(later, ADA), len(titles(later, ADA))) == (1, 1, 2)


def test_email_is_taken_once_and_says_what_the_page_says(game: Game) -> None:
    tell(game, ADA)
    email = rows(game)[0]

    outgoing = begin(game, email)
    end(game, email, is_sent=True)

    assert outgoing is not None
    assert (outgoing.email, outgoing.name, outgoing.content.subject) == (ADA, NAMES[ADA], titles(game, ADA)[0])
    assert outgoing.unsubscribe == "https://week.example.com/unsubscribe/au_x"
    assert begin(game, email) is None


@pytest.mark.parametrize(("kind", "is_repeated"), [("cancelled", True), ("removed", True), ("day-before", False)])
def test_email_that_was_being_sent_in_a_crash_is_repeated_unless_it_is_a_reminder(
    game: Game, kind: str, is_repeated: bool
) -> None:
    tell(game, ADA, news=News(kind, "a shift", 1, {"when": "Thu"}))  # type: ignore[arg-type]
    email = rows(game)[0]

    first, second = begin(game, email), begin(game, email)

    assert (first is not None, second is not None) == (True, is_repeated)


def test_email_that_surely_was_not_sent_is_tried_again(game: Game) -> None:
    tell(game, ADA, news=News("soon", "a shift", 1, {"start": game.now.isoformat()}))
    email = rows(game)[0]
    begin(game, email)
    end(game, email, is_sent=False)

    assert begin(game, email) is not None


def test_email_is_dropped_for_who_wants_none_of_its_kind_or_is_switched_off(game: Game) -> None:
    tell(game, ADA, BO, CHIDI)
    with game.database.unit_of_work() as session:
        ada, bo = (session.exec(select(Person).where(Person.email == email)).one() for email in (ADA, BO))
        notice_mail.choose(session, ada.id, {"soon"}, game.now)
        accounts.switch(session, bo, game.act, on=False)
        wanted = notice_mail.wanted(session, ada.id)
        notice_mail.choose(session, ada.id, {"soon", "offered"}, game.now)
        more = notice_mail.wanted(session, ada.id)
        people = {ada.id: "ada", bo.id: "bo"}

    sent = {
        people.get(row.person_id, "chidi"): begin(game, row) is not None for row in rows(game) if row.channel == "email"
    }

    assert sent == {"ada": False, "bo": False, "chidi": True}
    assert (wanted, more) == (("soon", "cancelled", "removed"), ("soon", "cancelled", "removed", "offered"))


@pytest.mark.parametrize("kind", sorted(ALWAYS))
def test_who_would_come_for_nothing_is_told_by_email_whatever_they_choose(game: Game, kind: Kind) -> None:
    tell(game, ADA, news=News(kind, "a shift", 1, {"when": "Thu"}))
    with game.database.unit_of_work() as session:
        ada = session.exec(select(Person).where(Person.email == ADA)).one()
        notice_mail.choose(session, ada.id, set(), game.now)
        with pytest.raises(Conflict):
            notice_mail.opt_out(session, ada.id, kind, game.now)

    outgoing = begin(game, rows(game)[0])

    assert outgoing is not None
    assert (outgoing.unsubscribe, "Stop emails" in outgoing.content.text + outgoing.content.html) == ("", False)


def test_forget_deletes_what_is_long_over_once_its_week_is(game: Game) -> None:
    def forget(times: int) -> int:
        with game.database.unit_of_work() as session:
            return notices.forget(session, game.now + notices.KEPT * times)

    tell(game, ADA)
    while_open = forget(2)
    game.close()

    assert (while_open, forget(1), forget(2)) == (0, 0, 2)
