"""Teams in lists by name: 2 before 10, wherever somebody looks for one."""

import re

from tests.builders import SLUG
from tests.web.running_app import RunningApp, sign_in


def test_team_2_comes_before_team_10(site: RunningApp) -> None:
    for number in (10, 9, 1):
        site.game.team(f"Team {number}", f"p{number}@example.com")
    site.record(person="p10@example.com")
    olu = sign_in(site, "olu@example.com", "organizer")
    merge = f"weeks/{SLUG}/teams/{site.game.team_id('Owls')}/merge"
    pages = {
        "thanks": site.get(f"/weeks/{SLUG}/summary").text.partition("thanks-heading")[2],
        **{path: olu.get(f"/organizer/{path}").text for path in (f"weeks/{SLUG}/ledger", merge, f"weeks/{SLUG}/teams")},
    }

    found = {name: list(dict.fromkeys(re.findall(r"Team (\d+)", page))) for name, page in pages.items()}

    assert found == {name: ["1", "9", "10"] for name in pages}
