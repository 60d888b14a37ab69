"""`/organizer/people` and one person's page."""

import pytest
from sqlmodel import select

from app.models import AuditEntry, LedgerEntry, Person
from app.services.access import accounts, links
from app.services.people import people
from tests.builders import ADA, BO, CATS, DUA, GUS, NOW, OWLS
from tests.web.organizer.reading import flash, secret_on, text_of
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

PEOPLE = "/organizer/people"
OLU, PAT = "olu@example.com", "pat@example.com"


def person(site: RunningApp, email: str) -> Person:
    with site.database.reading() as session:
        found = accounts.by_email(session, email)
    assert found is not None
    return found


def path(site: RunningApp, email: str, *more: str) -> str:
    return "/".join([PEOPLE, person(site, email).id, *more])


def entry(site: RunningApp, email: str = ADA) -> LedgerEntry:
    return site.game.take(person=email).entry


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An owner."""
    return sign_in(site, OLU, "owner")


@pytest.fixture
def pat(site: RunningApp, olu: Visitor) -> Visitor:
    """An organizer who is no owner."""
    return sign_in(site, PAT, "organizer")


@BOTH_ENGINES
def test_the_list_shows_team_role_and_ways_in(site: RunningApp, olu: Visitor) -> None:
    olu.post(path(site, BO, "link"))

    page = olu.get(PEOPLE)

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    text = text_of(page)
    assert "Ada Lovelace ada@example.com Owls Player Never" in text
    assert "Bo Nguyen bo@example.com Owls Player Never Link until 21 Sep 2022, 13:00" in text
    assert "olu olu@example.com None Owner 14 Sep 2022, 13:00" in text


@BOTH_ENGINES
def test_search_folds_names_and_looks_into_emails(site: RunningApp, olu: Visitor) -> None:
    found = {
        q: text_of(olu.get(PEOPLE, params={"q": q})).count("@example.com")
        for q in ("ELIF ŞAHIN", "ａｄａ", "dua@EXAMPLE", "nobody", "\0", "%", "文子")
    }

    assert found == {"ELIF ŞAHIN": 1, "ａｄａ": 1, "dua@EXAMPLE": 1, "nobody": 0, "\0": 0, "%": 0, "文子": 1}


def test_filters_by_role_and_by_who_is_off(site: RunningApp, olu: Visitor) -> None:
    olu.post(path(site, DUA, "switch-off"))

    owners, off = (text_of(olu.get(PEOPLE, params={"role": role})) for role in ("owner", "off"))

    assert ("1 person found" in owners, "olu@example.com" in owners) == (True, True)
    assert ("1 person found" in off, "Dua Krasniqi" in off) == (True, True)


def test_pages_follow_each_other_and_strange_ones_are_the_nearest(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        for number in range(60):
            people.find_or_create(session, f"racer{number}@example.com", f"Racer {number:02}", NOW)

    shown = {page: text_of(olu.get(PEOPLE, params={"page": page})) for page in ("1", "2", "9999", "x", "-1")}

    assert {page: "Page 1 of 2" in text for page, text in shown.items()} == {
        "1": True, "2": False, "9999": False, "x": True, "-1": True,
    }  # fmt: skip


@BOTH_ENGINES
def test_person_add_makes_a_link_that_works(site: RunningApp, olu: Visitor) -> None:
    page = olu.post(PEOPLE, name="Hana  Sato", email="HANA@example.com")

    secret = secret_on(page)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert flash(page) == "Person added. Copy the sign-in link below."
    assert secret.startswith(f"{site.url}/sign-in/link/al_")
    with site.database.reading() as session:
        assert links.look(session, secret.rpartition("/")[2], NOW)[1] == person(site, "hana@example.com")


@pytest.mark.parametrize(
    ("name", "email", "status"), [("", "x@example.com", 422), ("Eve", "nowhere", 422), ("Eve", ADA, 409)]
)
def test_refused_form_keeps_what_was_typed(site: RunningApp, olu: Visitor, name: str, email: str, status: int) -> None:
    page = olu.post(PEOPLE, name=name, email=email)

    assert page.status_code == status
    assert (f'value="{name}"' in page.text, f'value="{email}"' in page.text, flash(page) != "") == (True, True, True)


def test_a_new_link_is_shown_once_and_ends_the_old_one(site: RunningApp, olu: Visitor) -> None:
    first, second = (secret_on(olu.post(path(site, ADA, "link"))).rpartition("/")[2] for _ in range(2))

    assert secret_on(olu.get(path(site, ADA))) == ""
    with site.database.reading() as session:
        assert links.look(session, second, NOW)[1] == person(site, ADA)
    answer = olu.post(path(site, ADA, "link", "revoke"))
    again = olu.post(path(site, ADA, "link", "revoke"))
    assert (first != second, answer.headers["location"].endswith("?done=taken-back")) == (True, True)
    assert (again.status_code, flash(again)[:24]) == (409, "There’s no unused link: ")


def test_person_is_switched_off_and_on(site: RunningApp, olu: Visitor) -> None:
    gus = sign_in(site, GUS, "organizer")

    off = olu.post(path(site, GUS, "switch-off"))

    assert (off.status_code, gus.get(PEOPLE).status_code) == (303, 401)
    assert olu.post(path(site, GUS, "link")).status_code == 409
    assert olu.post(path(site, GUS, "switch-on")).status_code == 303
    assert gus.get(PEOPLE).status_code == 401


def test_switching_oneself_off_is_refused(site: RunningApp, olu: Visitor) -> None:
    page = olu.post(path(site, OLU, "switch-off"))

    assert (page.status_code, flash(page)) == (
        409, "This is your own account. Ask another organizer to deactivate it.",
    )  # fmt: skip


def test_a_role_is_granted_by_owners_alone(site: RunningApp, olu: Visitor, pat: Visitor) -> None:
    refused = pat.post(path(site, PAT, "role"), role="owner")
    granted = olu.post(path(site, ADA, "role"), role="organizer")

    assert (refused.status_code, granted.status_code, person(site, ADA).role) == (403, 303, "organizer")


def test_the_last_owner_reads_why_they_stay(site: RunningApp, olu: Visitor) -> None:
    page = olu.post(path(site, OLU, "role"), role="player")

    assert (page.status_code, flash(page)) == (409, "There must be an owner. Make another person an owner first.")
    assert person(site, OLU).role == "owner"


def test_an_owner_who_steps_down_is_led_to_the_board(site: RunningApp, olu: Visitor) -> None:
    olu.post(path(site, ADA, "role"), role="owner")

    answer = olu.post(path(site, OLU, "role"), role="player")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert olu.get(PEOPLE).status_code == 403


@pytest.mark.parametrize("call", [("link",), ("link", "revoke"), ("switch-off",), ("sign-ins", "end"), ("name",)])
def test_organizers_leave_owners_accounts_alone(
    site: RunningApp, olu: Visitor, pat: Visitor, call: tuple[str, ...]
) -> None:
    page = pat.post(path(site, OLU, *call), name="Eve")

    assert (page.status_code, secret_on(page)) == (403, "")
    assert "Only owners change an owner’s account" in flash(page)
    assert (person(site, OLU).name, olu.get(PEOPLE).status_code) == ("olu", 200)
    with site.database.reading() as session:
        refusals = session.exec(select(AuditEntry).where(AuditEntry.action == "access.refused")).all()
    assert [refusal.by for refusal in refusals] == ["pat"]


def test_person_is_signed_out_everywhere(site: RunningApp, olu: Visitor) -> None:
    gus = sign_in(site, GUS, "organizer")

    olu.post(path(site, GUS, "sign-ins", "end"))
    olu.post(path(site, OLU, "sign-ins", "end"))

    assert (gus.get(PEOPLE).status_code, olu.get(PEOPLE).status_code) == (401, 200)


def test_a_new_name_is_everywhere_and_a_bad_one_comes_back(site: RunningApp, olu: Visitor) -> None:
    good, bad = olu.post(path(site, ADA, "name"), name="Countess"), olu.post(path(site, ADA, "name"), name="x" * 61)

    assert (good.status_code, bad.status_code, "x" * 61 in bad.text) == (303, 422, True)
    assert "Countess" in site.board()["standings"][1]["members"]


@BOTH_ENGINES
def test_an_activity_is_reversed_and_reinstated_with_a_reason(site: RunningApp, olu: Visitor) -> None:
    taken = entry(site)
    where = path(site, ADA, "activities", taken.id)

    olu.post(f"{where}/reversal", reason="Counted twice")
    reversed_points = site.points()
    olu.post(f"{where}/reinstatement", reason="No, it was right")

    text = text_of(olu.get(path(site, ADA)))
    assert (reversed_points, site.points()) == ({CATS: 0, OWLS: 0}, {OWLS: 5, CATS: 0})
    assert "Reversed 14 Sep 2022, 13:00 by olu : Counted twice" in text
    assert "Reinstated 14 Sep 2022, 13:00 by olu : No, it was right" in text


def test_a_correction_without_a_reason_is_refused_and_keeps_what_was_typed(site: RunningApp, olu: Visitor) -> None:
    where = path(site, ADA, "activities", entry(site).id, "reversal")

    empty, long = olu.post(where, reason=" "), olu.post(where, reason="x" * 501)

    assert (empty.status_code, long.status_code) == (422, 422)
    assert list(mistakes(empty).values()) == ["The reason must not be empty. Say in a sentence why."]
    assert ("x" * 501 in long.text) is True
    assert site.points()[OWLS] == 5


def test_correcting_twice_or_in_a_closed_week_does_not_fit(site: RunningApp, olu: Visitor) -> None:
    where = path(site, ADA, "activities", entry(site).id)
    olu.post(f"{where}/reversal", reason="Counted twice")
    twice = olu.post(f"{where}/reversal", reason="Counted twice")
    site.game.close()
    closed = olu.post(f"{where}/reinstatement", reason="No")

    assert (twice.status_code, closed.status_code) == (409, 409)
    assert (flash(twice), "is closed. Ask an" in flash(closed)) == ("This activity is already reversed.", True)


@pytest.mark.parametrize("verb", ["reversal", "reinstatement"])
def test_an_activity_of_somebody_else_is_not_found(site: RunningApp, olu: Visitor, verb: str) -> None:
    theirs = entry(site, DUA)

    answers = [
        olu.post(path(site, ADA, "activities", each, verb), reason="Swapped") for each in (theirs.id, "0" * 16, "x")
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert site.points()[CATS] == 5


def test_many_activities_come_in_pages(site: RunningApp, olu: Visitor) -> None:
    site.batch(*({**activity(number)} for number in range(30)))

    first = olu.get(path(site, ADA))
    cursor = first.text.rpartition("?cursor=")[2].partition('"')[0]
    second = olu.get(path(site, ADA), params={"cursor": cursor})

    assert [page.text.count('<li class="correction') for page in (first, second)] == [25, 5]
    assert olu.get(path(site, ADA), params={"cursor": "strange"}).status_code == 422


def activity(number: int) -> dict[str, str]:
    return {
        "kind": "issue", "person": ADA, "occurred_at": "2022-09-14T09:00:00-07:00", "source": "github",
        "external_id": f"many-{number}",
    }  # fmt: skip


def test_unknown_people_are_not_found(site: RunningApp, olu: Visitor) -> None:
    answers = [olu.get(f"{PEOPLE}/{each}") for each in ("0" * 16, "x", "%00")]
    answers += [olu.post(f"{PEOPLE}/{'0' * 16}/{call}") for call in ("link", "link/revoke", "switch-off", "switch-on")]

    assert [answer.status_code for answer in answers] == [404] * 7


def test_nothing_happens_without_the_forms_token(site: RunningApp, olu: Visitor) -> None:
    deeds = ("link", "link/revoke", "switch-off", "switch-on", "role", "sign-ins/end", "name")

    statuses = {call: olu.post(path(site, ADA, call), csrf="wrong", role="owner").status_code for call in deeds}
    added = olu.post(PEOPLE, csrf="", name="Eve", email="eve@example.com")

    assert (set(statuses.values()), added.status_code, person(site, ADA).role) == ({403}, 403, "player")


def test_without_a_mail_server_the_page_says_so(site: RunningApp, olu: Visitor) -> None:
    page = olu.post(path(site, ADA, "link", "mail"))

    assert (page.status_code, "No mail server is set up here" in flash(page)) == (409, True)
    assert "Email a sign-in link" not in text_of(page)
