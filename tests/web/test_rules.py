"""The rules over HTTP: show, preview, activate."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import httpx

from tests.builders import CATS, DUA, OWLS, RULES, SLUG
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, assert_problem

KEYS = ["version", "sha256", "by", "at", "note", "text"]
DEARER = RULES.replace("points = 10", "points = 30", 1)
BROKEN = RULES.replace("format = 1", "format = 2\nfromat = 1", 1)


def offer(site: RunningApp, text: str, note: str = "") -> tuple[int, dict[str, object]]:
    """Activate a text; the status and the document."""
    answer = site.ask("PUT", f"{API}/rules", "rules:write", params={"note": note}, content=text)
    return answer.status_code, answer.json()


def test_the_active_rules_are_shown_with_their_text(site: RunningApp) -> None:
    document = site.get(f"{API}/rules", "read").json()

    assert list(document) == [*KEYS, "file_errors"]
    assert (document["version"], document["text"], document["file_errors"]) == (1, RULES, [])
    assert document["sha256"] == sha256(RULES.encode()).hexdigest()


@BOTH_ENGINES
def test_a_new_version_scores_the_open_weeks_at_once(site: RunningApp) -> None:
    site.record(kind="shift", occurred_at="2022-09-14T12:00:00-07:00")
    before = site.points()[OWLS]

    status, document = offer(site, DEARER, "  Shifts count\tthrice ")

    assert (before, site.points()[OWLS]) == (10, 30)
    assert (status, list(document)) == (200, KEYS)
    assert document == {
        "version": 2,
        "sha256": sha256(DEARER.encode()).hexdigest(),
        "by": "rules:write",
        "at": "2022-09-14T20:00:00.000000Z",
        "note": "Shifts count thrice",
        "text": DEARER,
    }


@BOTH_ENGINES
def test_rules_with_mistakes_are_422_with_every_one_and_change_nothing(site: RunningApp) -> None:
    version = site.board()["version"]

    refused = [
        site.ask(method, path, "rules:write", content=BROKEN)
        for method, path in (("PUT", f"{API}/rules"), ("POST", f"{API}/rules/preview"))
    ]

    for answer in refused:
        assert_problem(answer, 422, "errors")
        assert [list(error) for error in answer.json()["errors"]] == [["line", "key", "message"]] * 2
        assert [error["key"] for error in answer.json()["errors"]] == ["format", "fromat"]
    assert site.get(f"{API}/rules", "read").json()["version"] == 1
    assert site.board()["version"] == version


@BOTH_ENGINES
def test_a_preview_shows_before_and_after_and_changes_nothing(site: RunningApp) -> None:
    site.record(kind="shift", occurred_at="2022-09-14T12:00:00-07:00")
    site.record(kind="shift", person=DUA, occurred_at="2022-09-14T06:00:00-07:00")
    version = site.board()["version"]
    text = DEARER.replace(
        'starts = { from = "06:00", until = "07:00" }', 'starts = { from = "12:00", until = "13:00" }'
    )

    answer = site.post(f"{API}/rules/preview", "rules:write", content=text)

    document = answer.json()
    week = document["weeks"][0]
    assert (answer.status_code, list(document), list(week)) == (
        200,
        ["weeks", "refused", "changes"],
        ["week", "name", "before", "after"],
    )
    assert [(each["team"], each["points"]) for each in week["before"]] == [(CATS, 20), (OWLS, 10)]
    assert [(each["team"], each["points"]) for each in week["after"]] == [(OWLS, 40), (CATS, 30)]
    assert (document["refused"], week["week"], site.board()["version"]) == ([], SLUG, version)


@BOTH_ENGINES
def test_rules_an_open_week_cannot_live_with_are_409_and_a_preview_says_why(site: RunningApp) -> None:
    text = RULES.replace("size = 3", "size = 2", 1).replace("members = 3", "members = 2", 1)

    preview = site.post(f"{API}/rules/preview", "rules:write", content=text)
    refused = site.ask("PUT", f"{API}/rules", "rules:write", content=text)

    assert_problem(refused, 409, "refused")
    assert preview.json()["refused"] == refused.json()["refused"]
    assert len(refused.json()["refused"]) >= 1
    assert site.get(f"{API}/rules", "read").json()["version"] == 1


@BOTH_ENGINES
def test_rules_activated_at_once_are_versions_one_after_the_other(site: RunningApp) -> None:
    site.token("rules:write")
    texts = [DEARER + f"# {number}\n" for number in range(6)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda text: offer(site, text), texts))

    assert [status for status, _ in answers] == [200] * 6
    assert sorted(int(str(document["version"])) for _, document in answers) == [2, 3, 4, 5, 6, 7]
    last = site.get(f"{API}/rules", "read").json()
    assert last["text"] == next(text for text, (_, each) in zip(texts, answers, strict=True) if each["version"] == 7)


def test_a_closed_week_keeps_the_rules_it_was_closed_with(site: RunningApp) -> None:
    site.record(kind="shift", occurred_at="2022-09-14T12:00:00-07:00")
    site.game.close()

    offer(site, DEARER)
    closed = site.points()[OWLS]
    site.game.open()

    assert (closed, site.points()[OWLS]) == (10, 30)


@BOTH_ENGINES
def test_version_that_is_no_longer_active_is_refused(site: RunningApp) -> None:
    def put(version: int) -> httpx.Response:
        params = {"version": version}
        return site.ask("PUT", f"{API}/rules", "rules:write", params=params, content=f"{DEARER}# {version}\n")

    first, second = put(1), put(1)

    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert_problem(second, 409, "code", "version")
    assert (second.json()["code"], second.json()["version"], put(2).status_code) == ("stale", 2, 200)


def test_preview_says_what_differs_in_words(site: RunningApp) -> None:
    preview = site.post(f"{API}/rules/preview", "rules:write", content=DEARER).json()

    assert preview["changes"] == ["shifts: 10 → 30 points"]
