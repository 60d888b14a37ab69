"""`cards`: listed, verified in somebody's name, and retired once they are due."""

import json

from tests.builders import ADA, BO
from tests.cli.conftest import Shell

CARD = {
    "kind": "knowledge_card", "person": ADA, "occurred_at": "2022-09-14T09:00:00-07:00", "source": "guru",
    "external_id": "card-1",
}  # fmt: skip


def test_cards_are_listed_and_verified_by_another_person(open_week: Shell) -> None:
    shell = open_week
    shell.text("activity", "import", "q3-2022", shell.write("cards.ndjson", json.dumps(CARD)))
    [card] = shell.document("cards", "list")

    own = shell.refusal("cards", "verify", card["id"], "--by", ADA)
    words = shell.text("cards", "verify", card["id"], "--by", BO)
    early = shell.refusal("cards", "retire", card["id"])

    assert (card["state"], card["owner"]) == ("draft", ADA)
    assert own == "Someone else has to verify your card. Ask a colleague."
    assert words.startswith("Verified until ")
    assert early == "Only a card that’s due can be retired."
    assert [each["state"] for each in shell.document("cards", "list", "--state", "verified")] == ["verified"]
    assert shell.text("cards", "list", "--state", "due") == "No cards.\n"
