"""Hostile input, on both engines: every piece of it is a 4xx with a sentence, and the server goes on as before."""

import json

import httpx
import pytest

from tests.builders import CATS, OWLS, RULES, SLUG, an_activity
from tests.web.running_app import API, BOTH_ENGINES, WEEK, RunningApp, refusals

JSON = {"Content-Type": "application/json"}
DEEP = "[" * 100_000 + "]" * 100_000
NONSENSE: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "null": b"null",
    "list": b"[]",
    "text": b'"text"',
    "NaN": b"NaN",
    "number": b"9" * 5_000,
    "negative": b"-" + b"9" * 5_000,
    "deep": DEEP.encode(),
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "half": b'{"kind": "issue"',
    "bad UTF-8": b'{"kind": "\xff\xfe"}',
    "overlong UTF-8": b'{"kind": "\xc0\x80"}',
    "UTF-16": '{"kind": "issue"}'.encode("utf-16"),
    "NUL": b"\0",
    "byte order mark": b"\xef\xbb\xbf{}",
    "form": b"kind=issue&person=ada%40example.com",
    "XML": b"<?xml version='1.0'?><activity/>",
    "gzip": b"\x1f\x8b\x08\x00\x00",
}


pytestmark = pytest.mark.usefixtures("quiet_log")


@BOTH_ENGINES
def test_bodies_that_are_no_object_are_422(site: RunningApp) -> None:
    activity = site.record().json()["id"]
    for path, scope in [
        (f"{WEEK}/activities", "activities:write"),
        (f"{WEEK}/adjustments", "ledger:correct"),
        (f"{API}/activities/{activity}/reversal", "ledger:correct"),
        (f"{API}/activities/{activity}/reinstatement", "ledger:correct"),
        (f"{WEEK}/shifts/generate", "admin"),
        (f"{WEEK}/shifts/{'0' * 16}/sign-ups", "shifts:write"),
    ]:
        answers = {name: site.ask("POST", path, "admin", content=body, headers=JSON) for name, body in NONSENSE.items()}

        assert refusals(answers) == dict.fromkeys(NONSENSE, 422), scope
    assert site.points() == {OWLS: 5, CATS: 0}


def test_the_same_bodies_are_bad_lines_of_a_batch(site: RunningApp) -> None:
    bodies = {name: body for name, body in NONSENSE.items() if body.strip()}

    answers = {
        name: site.post(f"{WEEK}/activities/batch", "activities:write", content=body) for name, body in bodies.items()
    }

    assert refusals(answers) == dict.fromkeys(bodies, 422)
    assert {name: answer.json()["errors"][0]["line"] for name, answer in answers.items()} == dict.fromkeys(bodies, 1)


def test_the_same_bodies_are_no_rules(site: RunningApp) -> None:
    bodies = NONSENSE

    for method, path in (("POST", f"{API}/rules/preview"), ("PUT", f"{API}/rules")):
        answers = {name: site.ask(method, path, "rules:write", content=body) for name, body in bodies.items()}

        assert refusals(answers) == dict.fromkeys(bodies, 422)
        assert {tuple(error) for answer in answers.values() for error in answer.json()["errors"]} == {
            ("line", "key", "message")
        }


def field(name: str, text: str) -> bytes:
    """An activity of which one field is this piece of JSON."""
    return json.dumps({**an_activity(), name: "HERE"}).replace('"HERE"', text).encode()


FIELDS = {
    f"{name} = {text[:30]}": (name, text)
    for name, texts in {
        "kind": ['"\\ud800"', '"issue\\u0000"', '"Issue"', '"adjustment"', '"ｉssue"', "1", '"' + "x" * 33 + '"'],
        "person": ['"\\u0000@example.com"', '"a\\u0000b@example.com"', '"ada"', '"@"', '"' + "x" * 255 + '@y"', "{}"],
        "occurred_at": [
            '"10000-01-01T00:00:00Z"', '"2022-09-14T09:00:00"', '"2022-09-14"', "1663171200", '"2022-02-30T00:00:00Z"',
            '"0000-01-01T00:00:00Z"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-12:00"', '"now"', '""',
            '"2022-09-14T09:00:00+99:00"', '"2022-09-14T24:00:01Z"', '"2022-09-14T09:00:60Z"', '"٢٠٢٢-09-14T09:00:00Z"',
            '"2022-09-14T09:00:00.' + "9" * 5_000 + 'Z"', "NaN", "null",
        ],
        "source": ['""', '"\\u0000"', '"a\\nb"', '"\\ud800"', '"\\udfff\\ud800"', '"' + "x" * 201 + '"', "null", "[]"],
        "external_id": ['""', '"\\u007f"', '"\\u0085"', '"' + "é" * 201 + '"', "1", "true", "9" * 5_000],
        "subject": ['"\\u0000"', '"' + "x" * 201 + '"', "1"],
        "response_seconds": [
            "NaN", "Infinity", "-Infinity", "-1", "1.5", "1e3", "10000001", "9" * 5_000, "9223372036854775808", '"60"',
            "true", "[]",
        ],
        "url": [
            '"javascript:alert(1)"', '"http://"', '"//evil.example"', '"http://a\\u0000b"',
            '"http://' + "h" * 2_000 + '"',
        ],
        "note": ['"\\u0000"', '"\\u001b[31m"', '"\\ud800"', '"' + "x" * 2_001 + '"', "1", DEEP],
        "unheard_of": ["1", "null", DEEP],
    }.items()
    for text in texts
}  # fmt: skip


@BOTH_ENGINES
def test_hostile_fields_are_422_alone_and_in_a_batch(site: RunningApp) -> None:
    bodies = {case: field(*pair) for case, pair in FIELDS.items()}

    alone = {
        case: site.post(f"{WEEK}/activities", "activities:write", content=body, headers=JSON)
        for case, body in bodies.items()
    }
    together = site.post(f"{WEEK}/activities/batch", "activities:write", content=b"\n".join(bodies.values()))

    # A kind that fits the pattern but is none of ours is said to be unknown, which is 422 as well.
    assert refusals(alone) == dict.fromkeys(bodies, 422)
    assert [error["line"] for error in together.json()["errors"]] == list(range(1, len(bodies) + 1))
    assert site.get(f"{WEEK}/activities", "read").json()["items"] == []


@BOTH_ENGINES
def test_texts_that_look_odd_but_are_honest_are_kept_as_they_are(site: RunningApp) -> None:
    odd = "𝕏 \u202e'; DROP TABLE activity; -- <script> {{7*7}} %00 \\u0000 e\u0301 é"

    answers = [site.record(source=odd, subject=odd, note=odd + "\n\t"), site.record(source=odd + "é")]

    assert [answer.status_code for answer in answers] == [201, 201]
    kept = site.get(f"{WEEK}/activities", "read").json()["items"][0]
    assert (kept["source"], kept["subject"], kept["note"]) == (odd, odd, odd + "\n\t")


@BOTH_ENGINES
def test_hostile_reasons_and_adjustments_are_422(site: RunningApp) -> None:
    activity, team = site.record().json()["id"], site.game.team_id(OWLS)
    texts = [
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\ud800"',
        '"\\u202edrowkcab"',
        '""',
        '"\\u200b"',
        '"' + "x" * 501 + '"',
        "1",
    ]
    codes = [*texts[:3], '"a\\nb"', '""', '"' + "x" * 201 + '"']
    points = ["NaN", "1e3", "0", "100001", "-100001", "9" * 5_000, "9223372036854775808", '"1"', "true", "null"]
    whole = {"team_id": team, "points": 1, "reason": "Fair", "external_id": "one"}

    def adjusted(name: str, text: str) -> httpx.Response:
        body = json.dumps({**whole, name: "HERE"}).replace('"HERE"', text)
        return site.post(f"{WEEK}/adjustments", "ledger:correct", content=body, headers=JSON)

    answers = {f"reason {text[:20]}": adjusted("reason", text) for text in texts}
    answers |= {f"external_id {text[:20]}": adjusted("external_id", text) for text in codes}
    answers |= {f"points {text[:20]}": adjusted("points", text) for text in points}
    answers |= {f"team_id {text[:20]}": adjusted("team_id", text) for text in codes}
    answers |= {
        f"reversal {text[:20]}": site.post(
            f"{API}/activities/{activity}/reversal", "ledger:correct", content=f'{{"reason": {text}}}', headers=JSON
        )
        for text in texts
    }

    assert refusals(answers) == dict.fromkeys(answers, 422)
    assert site.points() == {OWLS: 5, CATS: 0}


PARTS = [
    "%00",
    "a%00b",
    "%ff",
    "%c0%80",
    "%ed%a0%80",
    "a%2fb",
    "%2e%2e",
    "%0d%0aSet-Cookie:a=b",
    "x" * 20_000,
    "é",
    "%",
]


@BOTH_ENGINES
def test_hostile_paths_are_404(site: RunningApp) -> None:
    templates = {
        "GET": [
            f"{API}/weeks/{{}}", f"{API}/weeks/{{}}/leaderboard", f"{API}/weeks/{{}}/teams",
            f"{API}/weeks/{{}}/activities", f"{API}/weeks/{{}}/teams/x/receipt", f"{WEEK}/teams/{{}}/receipt",
            f"{API}/{{}}",
        ],
        "POST": [
            f"{API}/activities/{{}}/reversal", f"{API}/weeks/{{}}/activities", f"{API}/weeks/{{}}/activities/batch",
        ],
    }  # fmt: skip

    answers = {
        f"{method} {template} {part[:20]}": site.ask(
            method, template.format(part), "admin", content=b'{"reason": "Fair"}' if method == "POST" else None
        )
        for method, some in templates.items()
        for template in some
        for part in PARTS
    }

    assert refusals(answers) == dict.fromkeys(answers, 404)
    assert {answer.headers.get("set-cookie") for answer in answers.values()} == {None}
    assert max(len(answer.content) for answer in answers.values()) < 500


@BOTH_ENGINES
def test_hostile_page_addresses_are_404_pages(site: RunningApp) -> None:
    templates = ["/weeks/{}", "/weeks/{}/summary", f"/weeks/{SLUG}/teams/{{}}", "/{}", "/static/{}"]

    answers = {(template, part[:20]): site.get(template.format(part)) for template in templates for part in PARTS}

    assert {key: answer.status_code for key, answer in answers.items()} == dict.fromkeys(answers, 404)
    assert max(len(answer.content) for answer in answers.values()) < 5_000


@BOTH_ENGINES
def test_notes_of_rules_without_hidden_characters_only(site: RunningApp) -> None:
    notes = ["%00", "a%00b", "%1b[31m", "%e2%80%ae", "%e2%80%8b", "x" * 501]

    answers = {note[:20]: site.ask("PUT", f"{API}/rules?note={note}", "rules:write", content=RULES) for note in notes}

    assert refusals(answers) == dict.fromkeys(answers, 422)
    assert site.get(f"{API}/rules", "read").json()["version"] == 1
