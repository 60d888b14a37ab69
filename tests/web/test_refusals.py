"""Refusals in the audit: who was refused what, by route, and never more than a ration of it."""

import json

from sqlmodel import col, select

from app.models import AuditEntry
from app.web.http.denial_log import REST
from app.web.http.rations import MAX_IN_WINDOW
from tests.builders import GUS, SLUG
from tests.web.route_access import ROUTES
from tests.web.running_app import API, RunningApp, sign_in


def refused(site: RunningApp) -> list[tuple[str, str, str]]:
    """Every refusal in the audit: by whom, of what, and the sentence."""
    with site.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "access.refused").order_by(col(AuditEntry.id))
        entries = session.exec(query).all()
    return [(entry.by, entry.object_name, json.loads(entry.after or "{}")["detail"]) for entry in entries]


def test_a_thousand_addresses_of_one_route_are_one_line(site: RunningApp) -> None:
    gus = sign_in(site, GUS)

    statuses = {gus.get(f"/organizer/people/{number:016}").status_code for number in range(100)}
    statuses |= {gus.get(f"/organizer/people/{number}{'A' * 9_000}").status_code for number in range(5)}

    organizers = "This page is for organizers."
    assert statuses == {403}
    assert refused(site) == [("Gus Björk", "GET /organizer/people/{person_id}", organizers)]


def test_a_token_that_tries_every_week_there_might_be_is_one_line(site: RunningApp) -> None:
    for number in range(100):
        assert site.get(f"{API}/weeks/w{number}/activities", "activities:write").status_code == 403

    detail = "The token “activities:write” lacks the scope read."
    assert refused(site) == [("activities:write", "GET /api/v1/weeks/{week}/activities", detail)]


def test_note_of_tries_at_every_door_is_written_twenty_times_and_then_no_more(site: RunningApp) -> None:
    gus = sign_in(site, GUS)
    organizers = [path for method, path in ROUTES if method == "GET" and path.startswith("/organizer")]
    forms = [path for method, path in ROUTES if method == "POST" and path.startswith("/organizer")]

    for path in organizers:
        gus.get(path)
    for path in forms:
        gus.post(path)

    found = refused(site)
    assert len(organizers + forms) > MAX_IN_WINDOW + 5
    assert [detail == REST for _, _, detail in found] == [False] * MAX_IN_WINDOW + [True]


def test_one_who_is_loud_hides_nobody_else(site: RunningApp) -> None:
    gus = sign_in(site, GUS)
    for method, path in ROUTES:
        if method == "GET" and path.startswith("/organizer"):
            gus.get(path)

    site.get("/organizer", "read")

    assert refused(site)[-1][:2] == ("read", "GET /organizer")


def test_an_address_with_a_secret_in_it_is_not_written_down(site: RunningApp) -> None:
    secret = "al_" + "x" * 43

    assert sign_in(site, GUS).get(f"/organizer/weeks/{secret}?key={secret}").status_code == 403
    assert sign_in(site, GUS).get(f"/organizer/weeks/{SLUG}").status_code == 403

    assert [name for _, name, _ in refused(site)] == ["GET /organizer/weeks/{week}"]
