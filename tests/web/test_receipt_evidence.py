"""Evidence on receipts: the team itself and organizers read links, notes and who logged by hand; nobody else does."""

import pytest

from tests.builders import ADA, BO, DUA, OWLS, SLUG
from tests.web.organizer.reading import text_of
from tests.web.running_app import RunningApp, sign_in

LINK, NOTE = "https://example.com/1", "<i>Called back"


@pytest.mark.parametrize(
    ("email", "role", "sees"),
    [(BO, "player", True), (DUA, "player", False), ("olu@example.com", "organizer", True)],
    ids=["team", "another team", "organizer"],
)
def test_receipt_shows_evidence_to_the_team_and_organizers(site: RunningApp, email: str, role: str, sees: bool) -> None:
    site.record(person=ADA, source="by hand", url=LINK, note=NOTE, kind="response", response_seconds=60)
    receipt = f"/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}"

    shown = sign_in(site, email, "organizer" if role == "organizer" else "player").get(receipt)
    public = site.get(receipt)

    assert (
        text_of(shown).count("By hand, logged by activities:write · Link · “ <i>Called back ”"),
        LINK in shown.text,
    ) == (
        int(sees),
        sees,
    )
    assert (public.status_code, LINK in public.text, "Called back" in public.text) == (200, False, False)
