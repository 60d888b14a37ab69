"""People who are here twice, in a browser: found, looked at and merged, by two organizers at once."""

import pytest
from playwright.sync_api import Browser, expect

from app.services.access import accounts, addresses
from app.services.organizing import team_admin
from tests.browser.looking import LAPTOP, PHONE, overflow, serious_flaws, theme_at
from tests.browser.test_organizer_weeks import SMALL, desk
from tests.browser.test_taking_shifts import quiet
from tests.builders import ADA, CHIDI, DUA, GUS, OWLS, SLUG
from tests.web.running_app import RunningApp, sign_in
from tests.web.test_organizer_teams import person_id

pytestmark = pytest.mark.browser

WIDE = "Gus " + "W" * 50
ARABIC = "البوم 7"


def newcomer(site: RunningApp, email: str, name: str) -> str:
    """Somebody new who did something, and has a further e-mail; their id."""
    with site.database.unit_of_work() as session:
        person_id = accounts.create(session, site.game.act, name=name, email=email).id
        addresses.add(session, person_id, f"further.{email}", site.game.act)
    site.record(person=email, external_id=f"of {email}")
    return person_id


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_pages_of_teams_fit_and_are_accessible(chromium: Browser, site: RunningApp, size: tuple[int, int]) -> None:
    site.game.leave(CHIDI)
    bats, owls = site.game.team(WIDE, GUS), site.game.team_id(OWLS)
    with site.database.unit_of_work() as session:
        team_admin.set_look(session, SLUG, owls, 9, "\N{OWL}", site.game.act)
    teams = f"organizer/weeks/{SLUG}/teams"
    move = f"{teams}/members/{person_id(site, ADA)}?team={bats}"
    pages = (teams, f"{teams}/{owls}/merge", f"{teams}/{owls}/merge?other={bats}", move, f"weeks/{SLUG}")

    with desk(chromium, site, size, color_scheme=theme_at(size)) as page:
        for path in pages:
            page.goto(f"{site.url}/{path}")
            for fold in page.locator("main summary").all():
                fold.click()
            assert (overflow(page), serious_flaws(page), page.evaluate(SMALL)) == (0, [], []), path


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_pages_of_merging_fit_and_are_accessible(chromium: Browser, site: RunningApp, size: tuple[int, int]) -> None:
    wide, arabic = newcomer(site, GUS, WIDE), newcomer(site, "seven@example.com", ARABIC)
    places = (f"{wide}", f"{wide}/merge", f"{wide}/merge?other={arabic}", "{ada}")

    with quiet(chromium, sign_in(site, "nia@example.com", "organizer")) as context:  # a choice of nobody is a 422
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{site.url}/organizer/people/{wide}/merge?other=nobody")
        assert (overflow(page), serious_flaws(page), page.evaluate(SMALL)) == (0, [], [])
    with desk(chromium, site, size, color_scheme=theme_at(size)) as page:
        page.goto(f"{site.url}/organizer/people?q={ADA}")
        page.get_by_role("link", name="Ada Lovelace").click()
        ada = page.url.rpartition("/")[2]
        for path in places:
            page.goto(f"{site.url}/organizer/people/{path.format(ada=f'{ada}/merge?other={DUA}')}")
            assert (overflow(page), serious_flaws(page), page.evaluate(SMALL)) == (0, [], []), path


def test_two_organizers_merge_the_same_two_people_by_keyboard(chromium: Browser, site: RunningApp) -> None:
    gus = newcomer(site, GUS, "G. Björk")

    nia = sign_in(site, "nia@example.com", "organizer")
    with desk(chromium, site, LAPTOP) as first, quiet(chromium, nia) as context:
        second = context.new_page()
        first.goto(f"{site.url}/organizer/people?q={ADA}")
        first.get_by_role("link", name="Ada Lovelace").click()
        first.get_by_role("link", name="Merge people").press("Enter")
        first.get_by_label("The other entry").fill(GUS)
        first.keyboard.press("Enter")
        expect(first.get_by_role("heading", name="G. Björk becomes Ada Lovelace")).to_be_visible()
        second.goto(f"{site.url}/organizer/people/{gus}/merge?other={ADA}")
        expect(second.get_by_role("heading", name="Ada Lovelace becomes G. Björk")).to_be_visible()

        first.get_by_role("button", name="Merge people").press("Enter")
        expect(first.get_by_role("status").first).to_have_text("Merged. Both are one person now.")
        second.get_by_role("button", name="Merge people").click()

        expect(second.get_by_role("alert").first).to_contain_text("Ada Lovelace is one person already.")
        expect(first.locator(".list__main", has_text=GUS).first).to_be_visible()
