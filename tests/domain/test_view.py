"""The audience an actor belongs to."""

import pytest

from app.domain.actor import Actor, command, display, person, token, visitor
from app.domain.view import EVERYTHING, View, audience_of


@pytest.mark.parametrize(
    "actor",
    [None, visitor("Ada"), display("Lobby", "1" * 16), person("Ada", "0" * 16, "player"), token("bot", ["read"])],
)
def test_audience_of_whoever_may_not_organize_is_the_public(actor: Actor | None) -> None:
    assert audience_of(actor) == "public"


@pytest.mark.parametrize("actor", [person("Olu", "0" * 16, "organizer"), token("bot", ["admin"]), command("root")])
def test_audience_of_an_organizer_is_the_organizers_but_in_a_preview(actor: Actor) -> None:
    assert (audience_of(actor), audience_of(actor, preview=True)) == ("organizers", "public")


def test_name_of_is_that_of_the_freeze_for_who_was_there_then() -> None:
    frozen = View("public", upto=3, names={"a": "Ada"})

    assert [frozen.name_of(person_id, "Countess") for person_id in ("a", "b")] == ["Ada", "Countess"]
    assert EVERYTHING.name_of("a", "Countess") == "Countess"
