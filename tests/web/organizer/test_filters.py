"""Searches sent wrong: all mistakes at once, each at its field, as with every form."""

import pytest

from tests.builders import ADA, SLUG
from tests.web.reading import mistakes
from tests.web.running_app import RunningApp, sign_in
from tests.web.test_organizer_teams import person_id
from tests.web.test_refused_forms import flaws

DAYS = {"since": "yesterday", "until": "2022-13-40"}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("audit", {**DAYS, "person": "eve@example.com"}),
        ("deliveries", {**DAYS, "state": "lost"}),
        (f"weeks/{SLUG}/ledger", {**DAYS, "state": "lost"}),
        ("people/{ada}/merge", {"other": "nobody@example.com"}),
    ],
)
def test_all_mistakes_of_a_search_stand_at_their_fields(site: RunningApp, path: str, wrong: dict[str, str]) -> None:
    olu = sign_in(site, "olu@example.com", "organizer")

    page = olu.get(f"/organizer/{path.format(ada=person_id(site, ADA))}", params=wrong)

    assert (page.status_code, set(mistakes(page)), list(flaws(page.text, wrong))) == (422, set(wrong), [])
