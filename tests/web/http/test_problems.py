"""Refusals as answers: every problem there is, as a page and as a document."""

import json
from collections.abc import Iterator

import pytest
from starlette.requests import Request

from app.errors import NotFound, Problem, SignInNeeded, TooMany
from app.web.http import problems, render, request_ids
from tests.web.test_render import Outline

SENTENCE = "It is “so” & <so>."


def kinds(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """A class of problems and all below it."""
    yield kind
    for each in sorted(kind.__subclasses__(), key=lambda found: found.__name__):  # whatever was imported first
        yield from kinds(each)


def a_problem(kind: type[Problem]) -> Problem:
    """A problem of this class, whatever its own constructor wants."""
    problem = kind.__new__(kind)
    Problem.__init__(problem, SENTENCE)
    if isinstance(problem, TooMany):
        problem.wait = 7
    return problem


def asking(path: str) -> Request:
    """A request for this path."""
    return Request({"type": "http", "method": "GET", "path": path, "headers": []})


KINDS = {kind.__name__: kind for kind in kinds()}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.status != 401])
def test_refusal_is_a_page_with_title_sentence_and_next_step(name: str) -> None:
    problem = a_problem(KINDS[name])

    answer = problems.refusal(asking("/nowhere"), problem)

    page = Outline(bytes(answer.body))
    assert (answer.status_code, page.headings) == (problem.status, ["h1"])
    assert [page.text.count(said) for said in (f"{problem.status} {problem.title}", SENTENCE)] == [1, 1]
    assert page.text.count(f" {problem.next_step} Go to the board") == 1 or not problem.next_step
    assert ("Go to the board" in page.text, page.forbidden) == (True, [])


@pytest.mark.parametrize("name", KINDS)
def test_refusal_is_a_document_for_programs(name: str) -> None:
    problem = a_problem(KINDS[name])

    with request_ids.bound("0123456789abcdef"):
        answer = problems.refusal(asking("/api/v1/weeks"), problem)

    assert (answer.status_code, answer.headers["content-type"]) == (problem.status, problems.MEDIA_TYPE)
    assert json.loads(bytes(answer.body)) == {
        "type": "about:blank", "title": problem.title, "status": problem.status, "detail": SENTENCE,
        "request_id": "0123456789abcdef",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "to", "title"),
    [
        ("/weeks/x", "board", "This board is for colleagues"),
        ("/weeks/x/shifts", "shifts", "The shifts are for colleagues"),
        ("/weeks/x/shifts/y/z", "shifts", "The shifts are for colleagues"),
        ("/shifts", "shifts", "The shifts are for colleagues"),
        ("/weeks/shifts", "board", "This board is for colleagues"),
        ("/weeks", "board", "The weeks are for colleagues"),
        ("/guide", "guide", "The guide is for colleagues"),
        ("/weeks/x/guestbook", "board", "The guestbook is for colleagues"),
        ("/weeks/x/metrics", "board", "The metrics are for colleagues"),
        ("/me/log", "me", "Sign in first"),
        ("/organizer", "organizer", "Sign in first"),
    ],
)
def test_refusal_of_a_visitor_leads_to_the_sign_in_and_back(path: str, to: str, title: str) -> None:
    answer = problems.refusal(asking(path), SignInNeeded(SENTENCE))

    page = Outline(bytes(answer.body))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert (page.headings, page.forbidden, title in page.text) == (["h1"], [], True)
    assert f'href="/sign-in?to={to}"'.encode() in bytes(answer.body)
    assert (b"<title>For colleagues only" in bytes(answer.body)) == ("colleagues" in title)


def test_refusal_of_a_visitors_button_says_nothing_about_who_may_read() -> None:
    request = asking("/weeks/x/shifts/y/take")
    request.scope["method"] = "POST"

    page = Outline(bytes(problems.refusal(request, SignInNeeded(SENTENCE)).body))

    assert ("Sign in first" in page.text, "for colleagues" in page.text) == (True, False)


def test_refusal_of_an_unknown_address_leads_on_to_ones_team() -> None:
    answer = problems.refusal(asking("/nowhere"), NotFound(SENTENCE))

    assert b'href="/me">Go to my team</a>' in bytes(answer.body)


def test_every_error_page_belongs_to_a_status() -> None:
    pages = {path.stem for path in (render.TEMPLATES / "errors").glob("*.html")} - {"error"}

    assert pages == {"401", "404"}
    assert pages <= {str(kind.status) for kind in KINDS.values()}
