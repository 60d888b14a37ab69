"""Weeks, teams and people as lists with cursors."""

from tests.builders import ADA, CAST, CATS, NAMES, OWLS, SLUG, a_week
from tests.web.running_app import API, BOTH_ENGINES, WEEK, RunningApp, assert_problem

WEEK_KEYS = [
    "week", "name", "state", "timezone", "starts", "ends", "frozen", "archived", "sla", "customers", "current",
    "version",
]  # fmt: skip


def collect(site: RunningApp, path: str, limit: int) -> list[list[dict[str, object]]]:
    """Every page of a list."""
    pages: list[list[dict[str, object]]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = site.get(path, "read", params={"limit": limit, "cursor": cursor}).json()
        assert list(page) == ["items", "next_cursor"]
        pages.append(page["items"])
        cursor = page["next_cursor"]
    return pages


@BOTH_ENGINES
def test_weeks_are_listed_in_the_order_they_were_created(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "q2-2022", state="closed")
        a_week(session, "q4-2022", state="draft")

    pages = collect(site, f"{API}/weeks", 2)

    assert [[(each["week"], each["state"], each["current"]) for each in page] for page in pages] == [
        [(SLUG, "open", True), ("q2-2022", "closed", False)],
        [("q4-2022", "draft", False)],
    ]
    assert {tuple(each) for page in pages for each in page} == {tuple(WEEK_KEYS)}


def test_a_week_shows_its_days_and_zone(site: RunningApp) -> None:
    document = site.get(WEEK, "read").json()

    assert (list(document), document == site.get(f"{API}/weeks/current", "read").json()) == (WEEK_KEYS, True)
    assert (document["timezone"], document["starts"], document["ends"], document["frozen"]) == (
        "America/Los_Angeles", "2022-09-12", "2022-09-16", False,
    )  # fmt: skip


@BOTH_ENGINES
def test_teams_are_listed_by_name_with_their_members(site: RunningApp) -> None:
    site.game.team("ärzte", "gus@example.com")

    pages = collect(site, f"{WEEK}/teams", 1)

    keys = ["team_id", "team", "members", "colour", "emblem"]
    assert [[list(each) for each in page] for page in pages] == [[keys]] * 3
    assert [(each["team"], each["members"]) for page in pages for each in page] == [
        (CATS, sorted(NAMES[email] for email in CAST[CATS])),
        (OWLS, sorted(NAMES[email] for email in CAST[OWLS])),
        ("ärzte", ["Gus Björk"]),
    ]


@BOTH_ENGINES
def test_people_are_listed_by_email(site: RunningApp) -> None:
    pages = collect(site, f"{API}/people", 4)

    people = [each for page in pages for each in page]
    assert [len(page) for page in pages] == [4, 2]
    assert [person["email"] for person in people] == sorted(email for emails in CAST.values() for email in emails)
    assert {tuple(person) for person in people} == {("person_id", "name", "email", "addresses", "function", "office")}
    assert (people[0]["email"], people[0]["name"]) == (ADA, NAMES[ADA])


@BOTH_ENGINES
def test_cursors_and_limits_that_are_none_of_ours_are_422(site: RunningApp) -> None:
    numbered = [f"{API}/weeks", f"{WEEK}/activities"]
    named = [f"{API}/people", f"{WEEK}/teams"]
    cursors = ["%00", "a", "!!!!", "é", "AA", "AGEA", "_w", "x" * 2_001]
    no_numbers = ["MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", "LTE", "4pyT", "2aE"]
    limits = ["0", "-1", "1001", "9" * 5_000, "1e3", "NaN", "", "ten", "%00"]
    queries = [
        *(f"{path}?cursor={cursor}" for path in numbered + named for cursor in cursors),
        *(f"{path}?cursor={cursor}" for path in numbered for cursor in no_numbers),
        *(f"{path}?limit={limit}" for path in numbered + named for limit in limits),
    ]

    answers = {query: site.get(query, "read") for query in queries}

    assert {query: each.status_code for query, each in answers.items()} == dict.fromkeys(queries, 422)
    for answer in answers.values():
        assert_problem(answer, 422, *(["errors"] if "errors" in answer.json() else []))


def test_of_a_repeated_query_key_the_last_counts(site: RunningApp) -> None:
    page = site.get(f"{API}/people?limit=3&limit=1", "read").json()

    assert len(page["items"]) == 1


def test_unknown_weeks_have_no_lists(site: RunningApp) -> None:
    for path in ("", "/teams", "/activities"):
        assert_problem(site.get(f"{API}/weeks/q1-1999{path}", "read"), 404)
