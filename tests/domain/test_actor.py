"""Actors and what they may do; what else of an act changes with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.actor import ROLES, SCOPES, Act, Actor, Right, command, display, person, system, token, visitor

NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)
RIGHTS: tuple[Right, ...] = (*SCOPES, "roles:grant")
SOMEBODY = {role: person("Ada", "0" * 16, role) for role in ROLES}


@pytest.mark.parametrize(
    ("actor", "rights"),
    [
        (visitor("Ada"), ()),
        (display("Lobby", "1" * 16), ("read",)),
        (SOMEBODY["player"], ("read",)),
        (SOMEBODY["organizer"], SCOPES),
        (SOMEBODY["owner"], RIGHTS),
        (token("bot", ["activities:write"]), ("activities:write",)),
        (token("bot", ["admin"]), SCOPES),
        (command("command:ada"), RIGHTS),
        (system("rules file"), RIGHTS),
    ],
)
def test_may_is_what_rights_and_role_allow(actor: Actor, rights: tuple[Right, ...]) -> None:
    assert [right for right in RIGHTS if actor.may(right)] == list(rights)


def test_at_and_by_change_one_part_of_an_act() -> None:
    act, later = Act(visitor("Ada"), NOW, "192.0.2.7"), NOW + timedelta(hours=1)

    assert act.at(later) == replace(act, now=later)
    assert act.by(command("root")) == replace(act, actor=command("root"))
