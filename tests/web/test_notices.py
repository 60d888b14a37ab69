"""Notices on one's page and by email, with a real mail server: counted, read, chosen, and ended by one click."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage

import httpx
import pytest
from sqlmodel import select

from app.config import Settings
from app.domain.actor import Actor
from app.domain.actor import person as player
from app.domain.calendar.slots import slot
from app.domain.notices.model import kinds_for
from app.models import NoticeOptOut, QueuedJob, Seat, Shift, SlackWorkspace, SourceIdentity
from app.services import notices
from app.services.access import accounts
from app.services.displays import absences, displays
from app.services.intake import connections
from app.services.notices import News
from app.services.operations import secrets
from app.services.shifts import covers, seats, shifts, telling
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, GUS, PACIFIC, SLUG, Game, act_by
from tests.smtp import Postbox, smtp_server
from tests.web.running_app import RunningApp, SettableClock, screen_code, serving, sign_in, until
from tests.web.test_sign_in_by_mail import mailing


@pytest.fixture
def postbox() -> Postbox:
    """The mail server's inbox."""
    return Postbox()


@pytest.fixture
def office(game: Game, settings: Settings, clock: SettableClock, postbox: Postbox) -> Iterator[RunningApp]:
    """A site that sends mail, where the standard week is on."""
    assert game.slug == SLUG
    with smtp_server(postbox) as port, serving(mailing(settings, port), clock) as site:
        yield site


def tell(site: RunningApp, *emails: str, number: int = 1) -> None:
    with site.database.unit_of_work() as session:
        people = [person.id for each in emails if (person := accounts.by_email(session, each))]
        facts = {"name": "<i>Olu</i>", "team": CATS, "week": "Q3"}
        notices.tell(session, site.game.week(), people, News("nudge", "cats", number, facts), site.clock.now)


def a_seat(site: RunningApp, who: str, at: date) -> str:
    """A seat that an organizer gave somebody of a shift at six; the shift's id."""
    with site.database.unit_of_work() as session:
        person = accounts.by_email(session, who)
        assert person is not None
        span = slot(at, 360, 480, PACIFIC)
        shift = shifts.create(session, SLUG, span, ShiftFields(label="Früh", place="Room 2"), site.game.act)
        seats.sign_up(session, SLUG, shift.id, person.id, site.game.act, reason="They asked")
        return shift.id


def messages(postbox: Postbox) -> list[EmailMessage]:
    found = [email.message_from_bytes(each.content, policy=email.policy.default) for each in postbox.envelopes]
    assert all(isinstance(each, EmailMessage) for each in found)
    return found


def mail_jobs_done(site: RunningApp) -> bool:
    with site.database.reading() as session:
        query = select(QueuedJob).where(QueuedJob.kind == notices.MAIL)
        return all(job.done_at is not None for job in session.exec(query))


def bare_post(site: RunningApp, path: str) -> httpx.Response:
    """The POST of a mail program (RFC 8058): no cookie, no Origin, nothing of a browser's."""
    form = {"List-Unsubscribe": "One-Click"}
    request = site.client.build_request("POST", path, data=form)
    for name in ("cookie", "origin", "accept"):
        request.headers.pop(name, None)
    return site.client.send(request)


def opted_out(site: RunningApp) -> list[str]:
    with site.database.reading() as session:
        return sorted(session.exec(select(NoticeOptOut.kind)))


def test_page_lists_what_i_was_told_and_marks_it_read(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    empty = ada.get("/me/notices").text
    tell(site, ADA, BO)
    counted, listed = ada.get("/me").text, ada.get("/me/notices").text
    beside_me = '.masthead__me::after { content: "1"; content: "1" / ", 1 unread"; }'
    marked = [beside_me in each.get("/me/mark.css").text for each in (ada, sign_in(site, DUA))]
    until_ = re.findall(r'name="until" value="([^"]+)"', listed)[0]
    done = ada.post("/me/notices/read", until=until_)
    after, other = ada.get("/me/notices").text, sign_in(site, BO).get("/me").text

    assert "No notices yet." in empty
    assert (marked, beside_me in ada.get("/me/mark.css").text) == ([True, False], False)
    unread = 'Notices <span class="pill">1<span class="visually-hidden"> unread</span></span>'
    assert (unread in counted, unread in listed, unread in after, unread in other) == (True, True, False, True)
    assert "<bdi>&lt;i&gt;Olu&lt;/i&gt;</bdi> asks your team to take a shift</a>" in listed
    assert (done.status_code, "0 unread." in after) == (303, True)
    assert ada.post("/me/notices/read", until="soon").status_code == 422


def test_page_leads_to_the_shift_and_the_shift_is_there(site: RunningApp) -> None:
    shift = a_seat(site, DUA, date(2022, 9, 15))
    dua = sign_in(site, DUA)

    found = re.findall(rf'href="(/weeks/{SLUG}/shifts[^"]*)"', dua.get("/me/notices").text)

    assert found == [f"/weeks/{SLUG}/shifts/{shift}"]
    assert dua.get(found[0]).status_code == 200


def test_organizers_are_led_to_their_page_of_a_shift_and_choose_emails_of_what_waits_for_them(site: RunningApp) -> None:
    organizer, player = sign_in(site, GUS, role="organizer"), sign_in(site, ADA)
    shift = a_seat(site, DUA, date(2022, 9, 15))
    with site.database.unit_of_work() as session:
        week = weeks.find(session, SLUG, site.clock.now)
        telling.unconfirmed(
            telling.Teller(session, week, session.get_one(Shift, shift), act_by("shifts", site.clock.now))
        )

    assert f'href="/organizer/weeks/{SLUG}/shifts/{shift}"' in organizer.get("/me/notices").text
    assert "0 unread." in organizer.get("/me/notices").text  # nobody is checked in there
    settings = [visitor.get("/me/settings").text for visitor in (organizer, player)]
    assert ['value="cover-asked"' in page for page in settings] == [True, False]


def test_organizers_are_led_to_the_displays_from_one_that_is_away(site: RunningApp) -> None:
    gus = sign_in(site, GUS, role="organizer")
    with site.database.unit_of_work() as session:
        display = displays.pair(session, screen_code(), "Lobby", site.game.act)
        display.seen_at = site.clock.now - timedelta(hours=1)
        session.add(display)
        session.flush()
        absences.tell(session, site.clock.now, site.clock.now)
    listed = gus.get("/me/notices").text

    assert '<a href="/organizer/displays">Display away for an hour: <bdi>Lobby</bdi></a>' in listed
    assert "1 unread." in listed


def test_page_says_what_can_be_done_for_as_long_as_it_can(site: RunningApp, clock: SettableClock) -> None:
    clock.set("2022-09-15 05:00")
    shift_id = a_seat(site, ADA, date(2022, 9, 15))
    with site.database.unit_of_work() as session:
        [seat_id] = session.exec(select(Seat.id).where(Seat.shift_id == shift_id))
        covers.offer(session, SLUG, shift_id, seat_id, "everyone", site.game.act)
    ada, bo = sign_in(site, ADA), sign_in(site, BO)

    def advice() -> list[bool]:
        return ["Offer your seat." in ada.get("/me/notices").text, "Take it on the shift" in bo.get("/me/notices").text]

    before = advice()
    with site.database.unit_of_work() as session:
        covers.withdraw(session, SLUG, shift_id, seat_id, site.game.act)
    withdrawn = advice()
    clock.set("2022-09-15 07:59")
    during = advice()
    clock.set("2022-09-15 08:00")
    after = advice()

    assert (before, withdrawn, during, after) == ([True, True], [True, False], [True, False], [False, False])
    assert "signed you up: Thu 15 Sep 06:00–08:00 PDT" in ada.get("/me/notices").text
    assert "offers a seat: Thu 15 Sep 06:00–08:00 PDT" in bo.get("/me/notices").text


def test_page_goes_on_where_it_ends(site: RunningApp) -> None:
    for number in range(26):
        tell(site, ADA, number=number)
    ada = sign_in(site, ADA)

    first = ada.get("/me/notices").text
    older = re.findall(r'href="(/me/notices\?cursor=[^"]+)"', first)[0]
    second, strange = ada.get(older).text, ada.get("/me/notices?cursor=x")

    assert ["Mark all as read" in page for page in (first, second)] == [True, False]
    assert [page.count('class="list__item notices__new"') for page in (first, second)] == [25, 1]
    assert strange.status_code == 422


def test_settings_choose_emails_by_kind_and_the_zone_of_quiet_hours(office: RunningApp) -> None:
    ada = sign_in(office, ADA)

    saved = ada.post("/me/notices/settings", kind=["soon", "offered"], timezone="Europe/Berlin")
    page = ada.get("/me/settings").text
    refused = ada.post("/me/notices/settings", kind="soon", timezone="Mars/Olympus")

    assert (saved.status_code, len(opted_out(office))) == (303, 16)
    assert re.findall(r'name="kind" value="([a-z-]+)" checked', page) == ["soon", "cancelled", "removed", "offered"]
    assert 'value="Europe/Berlin"' in page
    assert (refused.status_code, "isn’t a time zone" in refused.text) == (422, True)


def test_settings_without_a_mail_server_offer_no_emails_and_keep_what_was_chosen(site: RunningApp) -> None:
    page = sign_in(site, ADA).get("/me/settings").text

    assert ("This server sends no emails about it." in page, 'type="checkbox" name="kind"' in page) == (True, False)
    assert page.count('type="hidden" name="kind"') == 20
    assert ("Such as Europe/Berlin" in page, "No emails from" in page) == (True, False)


def test_email_is_one_a_shift_with_all_that_mail_programs_need(office: RunningApp, postbox: Postbox) -> None:
    shift = a_seat(office, DUA, date(2022, 9, 15))
    until(lambda: postbox.envelopes)

    (message,) = messages(postbox)
    until(lambda: mail_jobs_done(office))

    plain, html = (message.get_body((form,)) for form in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert message["To"] == "Dua Krasniqi <dua@example.com>"
    assert message["Subject"] == "\u2068An organizer\u2069 signed you up: Thu 15 Sep 06:00–08:00 PDT"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["References"] == message["In-Reply-To"] == f"<shift.{shift}@example.com>"
    assert re.fullmatch(r"<notice\.[0-9a-f]{16}@example\.com>", message["Message-ID"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(https://week\.example\.com/unsubscribe/au_[^>]+)>", message["List-Unsubscribe"])
    assert link is not None
    for body in (plain, html):
        assert f"https://week.example.com/weeks/{SLUG}/shifts/{shift}" in body.get_content()
        assert link[1] in body.get_content()
    assert "Reason: \u2068They asked\u2069" in plain.get_content()
    assert "Reason: <bdi>They asked</bdi>" in html.get_content()


def test_reminder_is_emailed_when_it_is_due_and_once(office: RunningApp, postbox: Postbox) -> None:
    ada = sign_in(office, ADA)
    with office.database.unit_of_work() as session:
        span = slot(date(2022, 9, 15), 14 * 60, 16 * 60, PACIFIC)
        shift = shifts.create(session, SLUG, span, ShiftFields(), office.game.act)
        seats.sign_up(session, SLUG, shift.id, ada.person_id, office.game.act.by(_as_player(office)))
    assert postbox.envelopes == []

    office.clock.set("2022-09-14 14:00")
    until(lambda: len(postbox.envelopes) == 1)
    office.clock.set("2022-09-15 13:32")
    until(lambda: len(postbox.envelopes) == 2)
    until(lambda: mail_jobs_done(office))

    assert [message["Subject"] for message in messages(postbox)] == [
        "Reminder: your shift Thu 15 Sep 14:00–16:00 PDT", "Your shift starts in 28 min",
    ]  # fmt: skip


def _as_player(site: RunningApp) -> Actor:
    with site.database.reading() as session:
        person = accounts.by_email(session, ADA)
        assert person is not None
        return player(person.name, person.id, "player")


def test_email_that_the_server_refuses_for_good_is_given_up(office: RunningApp, postbox: Postbox) -> None:
    postbox.refusal = "550 no such user"
    tell(office, ADA)

    def is_dead() -> bool:
        with office.database.reading() as session:
            return session.exec(select(QueuedJob.dead_at).where(QueuedJob.kind == notices.MAIL)).one() is not None

    until(is_dead)
    assert postbox.envelopes == []


def test_one_click_ends_emails_of_its_kind_without_sign_in_and_opening_the_link_does_not(
    office: RunningApp, postbox: Postbox
) -> None:
    tell(office, ADA)
    until(lambda: postbox.envelopes)
    path = re.findall(r"/unsubscribe/[^>]+", messages(postbox)[0]["List-Unsubscribe"])[0]

    opened = office.client.get(path)
    before = opted_out(office)
    ended = [bare_post(office, path) for _ in range(2)]
    tell(office, ADA, number=2)
    until(lambda: mail_jobs_done(office))

    assert (opened.status_code, "Stop these emails?" in opened.text, before) == (200, True, [])
    assert [(answer.status_code, "No more emails like this" in answer.text) for answer in ended] == [(200, True)] * 2
    assert (opted_out(office), len(postbox.envelopes)) == (["nudge"], 1)


def test_link_of_another_purpose_kind_or_key_ends_nothing(site: RunningApp) -> None:
    key, now = site.app.state.context.key, site.clock.now
    person = sign_in(site, ADA).person_id
    good = secrets.unsubscribe_key(key, person, "soon", now - timedelta(days=400))
    wrong = [
        "au_x", good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1], secrets.presenter_key(key, SLUG, now),
        secrets.unsubscribe_key(key, person, "everything", now),
        secrets.unsubscribe_key(key, person, "soon", now - timedelta(days=4_000)),
    ]  # fmt: skip

    statuses = [bare_post(site, f"/unsubscribe/{choice}").status_code for choice in wrong]

    assert (statuses, opted_out(site)) == ([404] * 5, [])
    assert (bare_post(site, f"/unsubscribe/{good}").status_code, opted_out(site)) == (200, ["soon"])


def test_who_is_linked_chooses_for_slack_apart_and_nobody_ends_what_matters_most(site: RunningApp) -> None:
    link_at_slack(site, ADA)
    ada, bo = sign_in(site, ADA), sign_in(site, BO)
    before, others = ada.get("/me/settings").text, bo.get("/me/settings").text

    saved = ada.post("/me/notices/settings", kind=["soon"], at_slack=["day-before"], timezone="")
    after = ada.get("/me/settings").text

    assert ("Tell me at Slack when" in before, "Tell me at Slack when" in others) == (True, False)
    assert before.count('name="at_slack"') == len(kinds_for(organizes=False))
    assert 'name="at_slack" value="cancelled" checked disabled' in before
    assert saved.status_code == 303
    ticked = re.findall(r'name="at_slack" value="([^"]+)" checked>', after)
    assert ticked == ["day-before"]


def link_at_slack(site: RunningApp, who: str) -> None:
    """A workspace with a token, where somebody is known."""
    with site.database.unit_of_work() as session:
        person = accounts.by_email(session, who)
        assert person is not None
        made = connections.connect(session, secrets.load(site.app.state.context.settings), "slack", site.game.act)
        at = site.clock.now
        session.add(
            SlackWorkspace(connection_id=made.connection.id, token="sealed", set_at=at, set_by="Olu", team_id="T1")
        )
        session.add(
            SourceIdentity(source="slack", external_id="UADA", person_id=person.id, created_at=at, created_by="Olu")
        )
