"""The pages and the API of knowledge cards: who may do what, filters, pages, history and CSV."""

from tests.builders import ADA, BO, an_activity
from tests.web.running_app import RunningApp, sign_in

API = "/api/v1/cards"


def write(site: RunningApp, person: str = ADA, **fields: str) -> str:
    """A card as a tool records it; its id."""
    site.game.batch(an_activity(kind="knowledge_card", person=person, source="guru", **fields))
    return str(site.get(API, "read").json()["items"][0]["id"])


def test_page_without_cards_says_how_to_get_one(site: RunningApp) -> None:
    page = sign_in(site).get("/cards").text

    assert "No cards yet" in page
    assert "Log an activity" in page


def test_card_is_edited_by_its_owner_verified_by_another_and_listed(site: RunningApp) -> None:
    card = write(site, url="https://cards.example.com/7")
    ada, bo = sign_in(site, ADA), sign_in(site, BO)

    edited = ada.post(f"/cards/{card}", title="Reset a <b>password</b>", url="", version="0")
    own = ada.post(f"/cards/{card}/verification", version="1")
    stale = bo.post(f"/cards/{card}/verification", version="0")
    verified = bo.post(f"/cards/{card}/verification", version="1")

    assert [edited.status_code, own.status_code, stale.status_code, verified.status_code] == [303, 409, 409, 303]
    assert "Someone else has to verify your card" in own.text
    page = ada.get(f"/cards/{card}").text
    assert "Reset a &lt;b&gt;password&lt;/b&gt;" in page
    assert "https://cards.example.com/7" in page
    assert "Verified" in page
    assert "Bo Nguyen" in page
    assert "Reset a" in ada.get("/cards?state=verified&mine=yes").text
    assert "No matches." in ada.get("/cards?state=retired").text
    assert "No matches." in bo.get("/cards?mine=yes").text


def test_list_has_pages(site: RunningApp) -> None:
    site.game.batch(*(an_activity(kind="knowledge_card", source="guru") for _ in range(21)))

    first = sign_in(site).get("/cards").text

    assert first.count("Untitled card") == 20
    assert 'rel="next"' in first


def test_unknown_card_is_a_friendly_404(site: RunningApp) -> None:
    answer = sign_in(site).get("/cards/0000000000000000")

    assert answer.status_code == 404
    assert "There’s no such card." in answer.text


def test_owners_are_changed_by_organizers_alone(site: RunningApp) -> None:
    card = write(site)

    refused = sign_in(site, BO).post(f"/cards/{card}/owner", owner=BO)
    given = sign_in(site, role="organizer").post(f"/cards/{card}/owner", owner=BO)

    assert (refused.status_code, given.status_code) == (403, 303)
    assert site.get(API, "read").json()["items"][0]["owner"] == BO


def test_api_verifies_for_somebody_and_refuses_the_owner(site: RunningApp) -> None:
    card = write(site)
    one = f"{API}/{card}"

    nobody = site.ask("PATCH", one, "admin", json={"state": "verified"})
    owner = site.ask("PATCH", one, "admin", json={"state": "verified", "by": ADA})
    verified = site.ask("PATCH", one, "admin", json={"state": "verified", "by": BO})

    assert [nobody.status_code, owner.status_code, verified.status_code] == [422, 409, 200]
    assert verified.json() | {"created_at": "", "external_id": ""} == {
        "id": card, "week": "q3-2022", "title": None, "url": None, "state": "verified", "owner": ADA,
        "due_on": "2022-12-13", "created_at": "", "source": "guru", "external_id": "",
    }  # fmt: skip
    assert site.get(f"{API}?state=due", "read").json() == {"items": [], "next_cursor": None}
    assert site.get(f"{API}?state=lost", "read").status_code == 422


def test_csv_is_for_organizers(site: RunningApp) -> None:
    card = write(site)

    refused = sign_in(site).post("/cards")
    taken = sign_in(site, role="organizer").post("/cards")

    assert refused.status_code == 403
    assert taken.text.startswith("\ufeffid,week,title,url,state,owner,due_on")
    assert card in taken.text
