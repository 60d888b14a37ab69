"""An organizer's page of one shift, and changes of many: seats with their history, edits, covers, cancelling."""

import re
from datetime import date

import httpx
import pytest
from sqlmodel import col, select

from app.domain import actor
from app.domain.actor import Act
from app.domain.calendar.slots import slot
from app.models import Person, Seat, Shift
from app.services.shifts import covers, seats, settings, shifts, waiting
from app.services.shifts.shifts import ShiftFields
from tests.builders import ADA, BO, CHIDI, DUA, OWLS, PACIFIC, SLUG
from tests.web.reading import mistakes, part, text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}/shifts"
TOLD = r'class="alert[^>]*>(.*?)</p>'
WHY = "They told me on the phone"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def a_shift(site: RunningApp, start: int = 6, day: int = 15, *, places: int = 3) -> str:
    """A shift of two hours on a day of the week; its id."""
    span = slot(date(2022, 9, day), 60 * start, 60 * (start + 2), PACIFIC)
    with site.database.unit_of_work() as session:
        return shifts.create(session, SLUG, span, ShiftFields(seats=places), site.game.act).id


def person(site: RunningApp, email: str) -> Person:
    with site.database.reading() as session:
        return session.exec(select(Person).where(Person.email == email)).one()


def take(site: RunningApp, shift_id: str, *emails: str) -> list[str]:
    """Put people on a shift; the ids of their seats."""
    with site.database.unit_of_work() as session:
        return [
            seats.sign_up(session, SLUG, shift_id, person(site, email).id, site.game.act).seat.id for email in emails
        ]


def read(site: RunningApp, shift_id: str) -> tuple[Shift, dict[str, str]]:
    """A shift, and the state of each seat by its holder's name; of several seats the last one's."""
    with site.database.reading() as session:
        query = select(Person.name, Seat.state).join(Seat, col(Seat.person_id) == Person.id)
        found = session.exec(query.where(Seat.shift_id == shift_id).order_by(col(Seat.signed_up_at))).all()
        return session.exec(select(Shift).where(Shift.id == shift_id)).one(), dict(found)


def told(site: RunningApp, organizer: Visitor, answer: httpx.Response) -> list[str]:
    """The sentence of the page that a form leads to, or that refuses it."""
    return part(organizer.get(answer.headers["location"]) if answer.status_code == 303 else answer, TOLD)


def a_form(**changes: str) -> dict[str, str]:
    """The form of a shift as it stands."""
    span = {"date": "2022-09-15", "start": "06:00", "until": "08:00"}
    return {**span, "seats": "3", "needed": "1", "version": "1", **changes}


@BOTH_ENGINES
def test_people_and_teams_are_put_on_a_shift_and_taken_off_with_a_reason(site: RunningApp) -> None:
    organizer, shift_id = sign_in(site, "olu@example.com", "organizer"), a_shift(site)
    there = f"{HERE}/{shift_id}"

    organizer.post(f"{there}/sign-ups", email=DUA.upper(), team="", reason=WHY)
    owls = organizer.post(f"{there}/sign-ups", email="", team=site.game.team_id(OWLS), reason=WHY)
    (seat_id,) = seats_of(site, shift_id)
    organizer.post(f"{there}/sign-ups/{seat_id}", to="cancelled", reason="Ill")
    answer = organizer.post(f"{there}/sign-ups", email="", team=site.game.team_id(OWLS), reason=WHY)

    assert part(owls, TOLD) == ["2 seats are free for 3 people. Give the shift more seats first."]
    assert told(site, organizer, answer) == [f"Signed up {OWLS}."]
    assert read(site, shift_id)[1]["Dua Krasniqi"] == "cancelled"
    history = part(organizer.get(there), r'id="history-title".*?<ol class="list" role="list">(.*?)</ol>')[0]
    assert "Dua Krasniqi signed up → off the shift: “ Ill ” 14 Sep 2022, 13:00 · by olu" in history


def seats_of(site: RunningApp, shift_id: str) -> list[str]:
    """The ids of a shift's seats."""
    with site.database.reading() as session:
        return list(session.exec(select(Seat.id).where(Seat.shift_id == shift_id).order_by(col(Seat.signed_up_at))))


@pytest.mark.parametrize(
    ("form", "marked"),
    [
        ({"email": "", "team": ""}, {"add-email": "Enter an email or choose a team, not both."}),
        ({"email": "nobody@example.com"}, {"add-email": "No person with that email. Add them under People first."}),
        ({"email": ADA, "reason": " "}, {"add-reason": "The reason must not be empty. Say in a sentence why."}),
    ],
)
def test_sign_up_that_cannot_be_is_refused_at_its_field(
    site: RunningApp, organizer: Visitor, form: dict[str, str], marked: dict[str, str]
) -> None:
    answer = organizer.post(f"{HERE}/{a_shift(site)}/sign-ups", **{"reason": WHY, **form})

    assert (answer.status_code, mistakes(answer)) == (422, marked)


def test_seat_is_corrected_with_a_reason(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    ada, bo = take(site, shift_id, ADA, BO)
    early = text(organizer.get(f"{HERE}/{shift_id}"))
    site.clock.set("2022-09-15 09:00")
    organizer = sign_in(site, "olu@example.com", "organizer")

    organizer.post(f"{HERE}/{shift_id}/sign-ups/{ada}", to="completed", reason="She was there")
    organizer.post(f"{HERE}/{shift_id}/sign-ups/{bo}", to="no_show", reason="He was not")
    twice = organizer.post(f"{HERE}/{shift_id}/sign-ups/{bo}", to="checked_in", reason="He was")

    assert "Didn’t come" not in early
    assert read(site, shift_id)[1] == {"Ada Lovelace": "completed", "Bo Nguyen": "no_show"}
    assert (twice.status_code, part(twice, TOLD)) == (409, ["This seat is gone. Look at the shift again."])
    assert site.game.points()[OWLS] > 0


def test_everyone_who_checked_in_is_confirmed_at_once(site: RunningApp) -> None:
    shift_id = a_shift(site)
    ada, bo, _ = take(site, shift_id, ADA, BO, CHIDI)
    site.clock.set("2022-09-15 07:59")
    organizer = sign_in(site, "olu@example.com", "organizer")
    early = organizer.post(f"{HERE}/{shift_id}/completion")

    for seat_id in (ada, bo):
        organizer.post(f"{HERE}/{shift_id}/sign-ups/{seat_id}", to="checked_in", reason=WHY)
    page = text(organizer.get(f"{HERE}/{shift_id}"))
    answer = organizer.post(f"{HERE}/{shift_id}/completion")

    assert part(early, TOLD) == ["Nobody on this shift is checked in. Look at its seats again."]
    assert "Complete for everyone checked in" in page
    assert told(site, organizer, answer) == ["Completed for everyone who checked in."]
    assert read(site, shift_id)[1] == {
        "Ada Lovelace": "completed", "Bo Nguyen": "completed", "Chidi Okafor": "signed_up",
    }  # fmt: skip


def test_seat_is_handed_over_to_somebody_else(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    (seat_id,) = take(site, shift_id, ADA)
    there = f"{HERE}/{shift_id}/sign-ups/{seat_id}"

    nobody = organizer.post(there, to="handed_over", email="", reason=WHY)
    organizer.post(there, to="handed_over", email=CHIDI, reason=WHY)

    assert mistakes(nobody) == {f"{seat_id}-email": "Enter the email of who takes the seat."}
    assert read(site, shift_id)[1] == {"Ada Lovelace": "covered", "Chidi Okafor": "signed_up"}


@pytest.mark.parametrize(("approve", "states", "said"), [
    ("yes", {"Ada Lovelace": "covered", "Chidi Okafor": "signed_up"}, "Approved the cover."),
    ("no", {"Ada Lovelace": "signed_up"}, "Declined the cover. The seat is offered as before."),
])  # fmt: skip
def test_cover_waits_for_an_organizer(
    site: RunningApp, organizer: Visitor, approve: str, states: dict[str, str], said: str
) -> None:
    shift_id = a_shift(site)
    (seat_id,) = take(site, shift_id, ADA)
    with site.database.unit_of_work() as session:
        settings.change(session, SLUG, {"approve_covers": True}, site.game.act)
        covers.offer(session, SLUG, shift_id, seat_id, "everyone", player(site, ADA))
        covers.accept(session, SLUG, shift_id, seat_id, person(site, CHIDI).id, player(site, CHIDI))

    overview = organizer.get("/organizer")
    calendar, page = organizer.get(HERE), organizer.get(f"{HERE}/{shift_id}")
    answer = organizer.post(f"{HERE}/{shift_id}/sign-ups/{seat_id}/approval", approve=approve)

    assert "1 cover waits for your approval Chidi Okafor for Ada Lovelace Thursday 15 September" in text(calendar)
    assert "1 cover waits for your approval. Approve or decline" in text(overview)
    assert "Chidi Okafor would take it over." in text(page)
    assert told(site, organizer, answer) == [said]
    assert read(site, shift_id)[1] == states
    assert "for your approval" not in text(organizer.get("/organizer"))


def test_seat_is_offered_for_cover_and_the_offer_withdrawn(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    (seat_id,) = take(site, shift_id, ADA)
    there = f"{HERE}/{shift_id}/sign-ups/{seat_id}/offer"

    nobody = organizer.post(there, to="person", email="nobody@example.com", reason=WHY)
    answer = organizer.post(there, to="person", email=CHIDI, reason=WHY)
    offered = text(organizer.get(f"{HERE}/{shift_id}"))
    withdrawn = organizer.post(f"{there}/withdrawal", reason=WHY)

    assert mistakes(nobody) == {f"{seat_id}-email": "No person with that email. Add them under People first."}
    assert told(site, organizer, answer) == ["Offered the seat. It stays its holder’s until someone takes it."]
    assert ("Offered to Chidi Okafor" in offered, "Offer for cover" in offered) == (True, False)
    assert told(site, organizer, withdrawn) == ["Withdrew the offer. The seat is its holder’s alone again."]
    assert "Offer for cover" in text(organizer.get(f"{HERE}/{shift_id}"))


@BOTH_ENGINES
def test_somebody_is_taken_off_the_waiting_list(site: RunningApp) -> None:
    organizer, shift_id = sign_in(site, "olu@example.com", "organizer"), a_shift(site, places=1)
    take(site, shift_id, ADA)
    with site.database.unit_of_work() as session:
        for email in (BO, CHIDI):
            waiting.join(session, SLUG, shift_id, person(site, email).id, site.game.act)
    there = f"{HERE}/{shift_id}/waiting/end"

    without = organizer.post(there, person=person(site, BO).id, reason="")
    other = organizer.post(there, person=person(site, DUA).id, reason=WHY)
    answer = organizer.post(there, person=person(site, BO).id, reason=WHY)

    assert mistakes(without) == {"unlist-reason": "The reason must not be empty. Say in a sentence why."}
    assert mistakes(other) == {"unlist-person": "They are not on the waiting list of this shift."}
    assert told(site, organizer, answer) == ["Taken off the waiting list."]
    assert part(organizer.get(f"{HERE}/{shift_id}"), r'<ol class="waiters">(.*?)</ol>') == ["Chidi Okafor"]


def player(site: RunningApp, email: str) -> Act:
    """An act of somebody's own."""
    known = person(site, email)
    return Act(actor.person(known.name, known.id, "player"), site.clock.now)


def test_shift_is_changed_and_who_is_on_it_stays(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    take(site, shift_id, ADA)

    unexplained = organizer.post(f"{HERE}/{shift_id}", **a_form(start="07:00", until="00:00"))
    answer = organizer.post(f"{HERE}/{shift_id}", **a_form(start="07:00", until="00:00", seats="5", reason="Moved"))

    assert mistakes(unexplained) == {"edit-reason": "Say why its times change. Everyone on it is told."}
    assert told(site, organizer, answer) == ["Saved the shift."]
    shift, states = read(site, shift_id)
    assert (shift.local_from, shift.local_until, shift.seats, shift.version) == ("07:00", "24:00", 5, 2)
    assert states == {"Ada Lovelace": "signed_up"}
    same = organizer.post(f"{HERE}/{shift_id}", **a_form(start="07:00", until="00:00", label="Late", version="2"))
    assert told(site, organizer, same) == ["Saved the shift."]


def test_shift_changed_by_two_organizers_keeps_what_the_second_typed(site: RunningApp, organizer: Visitor) -> None:
    shift_id, other = a_shift(site), sign_in(site, "ola@example.com", "organizer")
    organizer.post(f"{HERE}/{shift_id}", **a_form(place="Room 4"))

    answer = other.post(f"{HERE}/{shift_id}", **a_form(label="Front desk"))

    assert (answer.status_code, part(answer, TOLD)) == (
        409, ["Someone else changed this shift. Look at it again, then change it."],
    )  # fmt: skip
    values = dict(re.findall(r'name="(\w+)" type="\w+" value="([^"]*)"', answer.text))
    assert (values["label"], 'name="version" value="2"' in answer.text) == ("Front desk", True)
    assert "Room 4" in text(answer)
    assert told(site, other, other.post(f"{HERE}/{shift_id}", **a_form(label="Front desk", version="2"))) == [
        "Saved the shift."
    ]


def test_shift_is_cancelled_with_a_reason(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    take(site, shift_id, ADA)

    without = organizer.post(f"{HERE}/{shift_id}/cancel", reason="")
    answer = organizer.post(f"{HERE}/{shift_id}/cancel", reason="The office is closed")

    assert mistakes(without) == {"cancel-reason": "The reason must not be empty. Say in a sentence why."}
    assert told(site, organizer, answer) == ["Cancelled the shift. Everyone on it is told."]
    assert read(site, shift_id)[1] == {"Ada Lovelace": "cancelled"}
    assert 'action="' + f"{HERE}/{shift_id}/cancel" not in organizer.get(f"{HERE}/{shift_id}").text


def chosen(page: httpx.Response, name: str) -> list[str]:
    """The values of the calendar's checkboxes."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page.text)


@BOTH_ENGINES
def test_many_shifts_are_changed_at_once_or_none(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    ids = [a_shift(site, start, day) for day, start in ((15, 6), (15, 8), (16, 6))]
    page = organizer.get(HERE)
    single, days = chosen(page, "shifts"), chosen(page, "days")
    take(site, ids[2], ADA, BO)

    refused = organizer.post(f"{HERE}/edit", shifts=single, seats="1", step="change")
    answer = organizer.post(f"{HERE}/edit", shifts=[single[2]], days=[days[0]], place="Room 4", step="change")
    stale = organizer.post(f"{HERE}/edit", days=[days[0]], label="Kept", step="change")
    none = organizer.post(f"{HERE}/edit", step="change", label="Kept")
    nothing = organizer.post(f"{HERE}/edit", days=[days[0]], step="change")

    assert part(refused, TOLD) == [
        "Fri 16 Sep 06:00–08:00 PDT: 2 seats of this shift are taken, so it can’t have fewer."
    ]
    assert told(site, organizer, answer) == ["Changed 3 shifts."]
    assert [(read(site, each)[0].place, read(site, each)[0].seats) for each in ids] == [("Room 4", 3)] * 3
    assert (stale.status_code, 'value="Kept"' in stale.text, 'value="2022-09-15:4" checked' in stale.text) == (
        409, True, True,
    )  # fmt: skip
    assert part(nothing, TOLD) == ["Nothing to change. Fill in what should be different."]
    assert part(none, TOLD) == ["Choose at least one shift or day in the calendar."]


def test_many_shifts_are_cancelled_with_a_reason(site: RunningApp, organizer: Visitor) -> None:
    ids = [a_shift(site, start) for start in (6, 8)]
    days = chosen(organizer.get(HERE), "days")

    without = organizer.post(f"{HERE}/edit", days=days, step="cancel")
    answer = organizer.post(f"{HERE}/edit", days=days, step="cancel", reason="Closed")

    assert mistakes(without) == {"reason": "Say why they are cancelled. Everyone on them is told."}
    assert told(site, organizer, answer) == ["Cancelled 2 shifts. Everyone on them is told."]
    assert all(read(site, each)[0].cancelled_at for each in ids)


def test_shift_of_another_week_or_none_is_not_found(site: RunningApp, organizer: Visitor) -> None:
    statuses = [organizer.get(f"{HERE}/{each}").status_code for each in ("nothing", "0" * 16)]

    assert statuses == [404, 404]
