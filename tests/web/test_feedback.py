"""The pages and the API of feedback: who reads what, forms, and an item's way."""

from datetime import timedelta

from sqlmodel import select

from app.models import FeedbackItem, GuestbookEntry
from app.services.feedback import items
from app.services.feedback.items import Change
from tests.builders import ADA, SLUG, STARTS, Game
from tests.web.running_app import RunningApp, sign_in

API = f"/api/v1/weeks/{SLUG}/feedback"


def test_item_by_the_api_is_public_once_it_is_planned(site: RunningApp) -> None:
    made = site.post(API, "admin", json={"title": "Shorter handovers"})
    assert made.status_code == 201
    hidden = site.get(API, "read").json()
    one = f"{API}/{made.json()['id']}"

    refused = site.ask("PATCH", one, "admin", json={"state": "planned"})
    planned = site.ask("PATCH", one, "admin", json={"state": "planned", "owner": ADA})

    assert hidden == {"items": [], "next_cursor": None}
    assert (refused.status_code, planned.status_code) == (409, 200)
    assert planned.json() == {
        "id": made.json()["id"], "title": "Shorter handovers", "state": "planned", "owner": ADA,
        "due_on": "2022-09-30", "did": None, "why": None, "entries": [],
    }  # fmt: skip
    assert site.get(API, "read").json()["items"] == [planned.json()]


def test_pages_make_an_item_and_change_it(site: RunningApp) -> None:
    olu = sign_in(site, role="organizer")
    olu.post(f"/organizer/weeks/{SLUG}/feedback", title="Shorter handovers")
    with site.database.reading() as session:
        item = session.exec(select(FeedbackItem)).one()
    change = f"/organizer/weeks/{SLUG}/feedback/{item.id}"

    stuck = olu.post(change, title=item.title, state="not_now", version="1")
    ended = olu.post(change, title=item.title, state="not_now", why="Too dear this year", version="1")

    assert (stuck.status_code, ended.status_code) == (409, 303)
    assert "Write why." in stuck.text
    public = sign_in(site).get(f"/weeks/{SLUG}/feedback").text
    assert "Too dear this year" in public
    assert "Manage feedback" not in public


def test_entry_of_the_guestbook_leads_to_what_becomes_of_it(site: RunningApp) -> None:
    ada = sign_in(site)
    ada.post(f"/weeks/{SLUG}/guestbook", improve="Shorter handovers, please", audience="everyone")
    olu = sign_in(site, role="organizer")
    with site.database.reading() as session:
        entry = session.exec(select(GuestbookEntry)).one()
    olu.post(f"/organizer/weeks/{SLUG}/feedback", title="Shorter handovers", entry=entry.id)
    before = site.get(f"/weeks/{SLUG}/guestbook").text
    with site.database.unit_of_work() as session:
        item = session.exec(select(FeedbackItem)).one()
        items.change(session, SLUG, item.id, Change(state="planned", owner=ADA), site.game.act)

    after = site.get(f"/weeks/{SLUG}/guestbook").text

    link = f'href="/weeks/{SLUG}/feedback#feedback-{item.id}"'
    assert (link in before, link in after) == (False, True)
    assert f'id="feedback-{item.id}"' in site.get(f"/weeks/{SLUG}/feedback").text


def test_what_was_done_opens_the_next_week(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        item = items.make(session, SLUG, Change(title="Shorter handovers"), site.game.act)
        items.make(session, SLUG, Change(title="A secret plan"), site.game.act)
        for way in (Change(state="planned", owner=ADA), Change(state="doing"), Change(state="done", did="Two overlap")):
            items.change(session, SLUG, item.id, way, site.game.act)
    site.game.close()
    later = STARTS + timedelta(days=91)
    Game(site.database, slug="q4-2022").start(starts=later, ends=later + timedelta(days=4))

    welcome = site.get("/weeks/q4-2022/summary/present").text
    page = site.get("/weeks/q4-2022/feedback").text

    assert "You said, we did:" in welcome
    assert "Shorter handovers" in welcome
    assert "Done since last time" in page
    assert "A secret plan" not in welcome + page
    assert "You said, we did:" not in site.get(f"/weeks/{SLUG}/summary/present").text


def test_page_without_feedback_says_so(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        items.make(session, SLUG, Change(title="A secret plan"), site.game.act)

    page = sign_in(site).get(f"/weeks/{SLUG}/feedback").text

    assert "Nothing planned yet" in page
    assert "A secret plan" not in page
