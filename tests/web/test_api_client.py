"""A client that openapi-python-client makes of our description works against the server."""

import json
import re
from pathlib import Path

from app.config import PROJECT
from tests.builders import ADA, SLUG, an_activity
from tests.web.api_client import PROGRAM, make_client
from tests.web.running_app import RunningApp


def test_generated_client_records_reads_and_understands_refusals(site: RunningApp, tmp_path: Path) -> None:
    client = make_client(site, tmp_path)
    draft = an_activity(kind="shift", subject="front desk")

    told = client.run(PROGRAM, site.url, SLUG, site.token("activities:write", "read"), json.dumps(draft))

    board = site.board()
    assert told == {
        "activity": ["shift", ADA, "front desk", "2022-09-14T16:00:00+00:00"],
        "board": [
            "1 shift",
            [[standing["rank"], standing["team"], standing["points"]] for standing in board["standings"]],
        ],
        "receipt": [["Shift", 10]],
        "weeks": [[SLUG, "open"]],
        "refusal": [401, "Sign in first"],
        "unknown": [404, True],
    }


def test_generator_leaves_out_what_the_documentation_says(site: RunningApp, tmp_path: Path) -> None:
    left_out = re.findall(r"WARNING parsing (\w+) /api/v1(\S+)", make_client(site, tmp_path).said)

    page = (PROJECT / "docs/api.md").read_text(encoding="utf-8")
    named = page.partition("## Generated clients")[2].partition("\n## ")[0]
    assert sorted(left_out) == sorted(re.findall(r"`(POST|PUT) (/\S+)`", named))
