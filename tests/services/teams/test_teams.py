"""The members of each team, as lists of ids."""

import pytest

from app.domain.memberships import Join
from app.services.teams import teams
from tests.builders import NOW


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_group_members_of_one_name_always_stand_in_the_same_order(ids: tuple[str, str]) -> None:
    joins = {person_id: [Join("owls", NOW)] for person_id in ids}

    members = teams.group_members(joins, dict.fromkeys(ids, "Ada"))

    assert members == {"owls": ["a", "b"]}
