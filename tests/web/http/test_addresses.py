"""Addresses by the name of their route: filled in right, and none typed in a template."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from jinja2 import nodes

from app.main import routes
from app.models import Week
from app.web.health import alive
from app.web.http import render
from app.web.http.addresses import register, url_for

TEMPLATES = sorted(render.TEMPLATES.rglob("*.*"))
TYPED = re.compile(r"""[=(, ]["'](/[^/][^"']*|/)["']""")
ANYTHING = "x"


@pytest.mark.parametrize(
    ("name", "values", "address"),
    [
        ("current_board", {}, "/"),
        ("week_board", {"week": "q3-2022"}, "/weeks/q3-2022"),
        ("week_board", {"week": "q3-2022", "as": "public"}, "/weeks/q3-2022?as=public"),
        ("team_receipt", {"week": "w", "team": "t"}, "/weeks/w/teams/t"),
        ("week_chart", {"week": "w", "name": "days", "v": "1&2"}, "/weeks/w/summary/charts/days.svg?v=1%262"),
        ("join_team", {"code": "../../é?"}, "/join/..%2F..%2F%C3%A9%3F"),
        ("sign_in", {"to": "", "done": ""}, "/sign-in"),
    ],
)
def test_url_for_fills_in_a_route(name: str, values: dict[str, str], address: str) -> None:
    assert url_for(name, **values) == address


def test_url_for_unknown_name_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="There is no route called nowhere"):
        url_for("nowhere")


def test_url_for_with_a_thing_in_the_place_of_its_name_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        url_for("week_board", week=Week)  # type: ignore[arg-type]  # as a template may


def test_url_for_without_a_value_for_a_place_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="The address of team_receipt lacks week, team"):
        url_for("team_receipt")


def test_register_two_paths_of_one_name_is_a_mistake() -> None:
    router = APIRouter()
    for path in ("/a", "/b"):
        router.add_api_route(path, alive, name="one")
    try:
        register(router.routes)
        with pytest.raises(ValueError, match="Both /a and /b are called one"):
            url_for("one")
    finally:
        register(routes())


def calls(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Every address that a template asks for: the names a route may have, and the values it is given."""
    tree = render.environment().parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
            names = [call.args[0], *call.args[0].find_all(nodes.Const)]
            given = {keyword.key for keyword in call.kwargs}
            yield from ((str(name.value), given) for name in names if isinstance(name, nodes.Const))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(render.TEMPLATES)))
def test_every_address_of_a_template_leads_somewhere(path: Path) -> None:
    addresses = [url_for(name, **dict.fromkeys(given, ANYTHING)) for name, given in calls(path)]

    assert [address for address in addresses if not address.startswith("/")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(render.TEMPLATES)))
def test_no_address_is_typed_in_a_template(path: Path) -> None:
    assert TYPED.findall(path.read_text(encoding="utf-8")) == []
