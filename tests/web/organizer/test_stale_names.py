"""Names and a limit that two organizers change at once: the second reads the first's before replacing it."""

import re

import pytest

from tests.builders import ADA, SLUG
from tests.web.running_app import RunningApp, Visitor, pair, sign_in

LEDGER = f"/organizer/weeks/{SLUG}/ledger"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    return sign_in(site, "olu@example.com", "organizer")


def change(olu: Visitor, page: str, address: str, field: str, texts: list[str]) -> tuple[list[int], str]:
    """Send each text from the page as it was before the first; the statuses, and the last page."""
    seen = seen_on(olu.get(page).text, address)
    answers = [olu.post(address, **{field: text, "seen": seen}) for text in texts]
    return [answer.status_code for answer in answers], answers[-1].text


def seen_on(page: str, address: str) -> str:
    """The mark in a page's form for an address."""
    found = re.search(f'action="{address}">.*?name="seen" value="([^"]+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_second_who_renames_a_person_reads_the_firsts_name(site: RunningApp, olu: Visitor) -> None:
    page = f"/organizer/people/{sign_in(site, ADA).person_id}"

    statuses, shown = change(olu, page, f"{page}/name", "name", ["Ada King", "Ada Byron"])

    assert (statuses, "renamed them to “Ada King” after you" in shown) == ([303, 409], True)
    again = olu.post(f"{page}/name", name="Ada Byron", seen=seen_on(shown, f"{page}/name"))
    assert (again.status_code, "Ada Byron" in olu.get(page).text) == (303, True)


def test_second_who_renames_a_screen_reads_the_firsts_name(site: RunningApp, olu: Visitor) -> None:
    pair(site)
    [address] = re.findall(r'action="(/organizer/displays/\w+/name)"', olu.get("/organizer/displays").text)

    statuses, shown = change(olu, "/organizer/displays", address, "name", ["Kitchen", "Canteen"])

    assert (statuses, "renamed it to “Kitchen” after you" in shown) == ([303, 409], True)
    again = olu.post(address, name="Canteen", seen=seen_on(shown, address))
    assert (again.status_code, "Canteen" in olu.get("/organizer/displays").text) == (303, True)


def test_second_who_limits_logs_reads_the_firsts_limit(olu: Visitor) -> None:
    statuses, shown = change(olu, LEDGER, f"{LEDGER}/limit", "most", ["3", "0"])

    assert (statuses, "Someone set 3 a day after you" in shown) == ([303, 409], True)
    again = olu.post(f"{LEDGER}/limit", most="", seen=seen_on(shown, f"{LEDGER}/limit"))
    assert (again.status_code, "as often as they like" in olu.get(LEDGER).text) == (303, True)
