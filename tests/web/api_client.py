"""A client of our API as openapi-python-client makes it, and a program that is written with it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.config import PROJECT
from tests.web.running_app import RunningApp

BIN = PROJECT / ".venv-client" / "bin"
REQUIRED = "ASSEMBLY_WEEK_REQUIRE_CLIENT"
SETTINGS = '{"project_name_override": "client", "package_name_override": "week_client", "post_hooks": []}'
PROGRAM = """
import json, sys
from week_client import AuthenticatedClient, Client
from week_client.api.activities import list_activities, record_activity
from week_client.api.boards import get_leaderboard, get_receipt
from week_client.api.weeks import list_weeks
from week_client.models import Activity, Leaderboard, Problem, Receipt, RecordActivityDraft, WeekList

url, slug, token, draft = sys.argv[1:4] + [json.loads(sys.argv[4])]
visitor, member = Client(base_url=url), AuthenticatedClient(base_url=url, token=token)

def a(kind, answer):
    assert isinstance(answer, kind), answer
    return answer

activity = a(Activity, record_activity.sync(slug, client=member, body=RecordActivityDraft.from_dict(draft)))
board = a(Leaderboard, get_leaderboard.sync(slug, client=visitor))
receipt = a(Receipt, get_receipt.sync(slug, board.standings[0].team_id, client=visitor))
refusal = record_activity.sync_detailed(slug, client=visitor, body=RecordActivityDraft.from_dict(draft))
unknown = a(Problem, get_leaderboard.sync("none", client=visitor))
print(json.dumps({
    "activity": [activity.kind, activity.person, activity.subject, activity.occurred_at.isoformat()],
    "board": [board.headline, [[each.rank, each.team, each.points] for each in board.standings]],
    "receipt": [[line.what, line.points] for line in receipt.items],
    "weeks": [[week.week, week.state.value] for week in a(WeekList, list_weeks.sync(client=member)).items],
    "refusal": [refusal.status_code, refusal.parsed.title],
    "unknown": [unknown.status, unknown.request_id != ""],
}))
"""


@dataclass(frozen=True)
class ApiClient:
    """A generated package in a folder, and what its generator had to say."""

    folder: Path
    said: str

    def run(self, program: str, *arguments: str) -> Any:
        """The document that a program prints."""
        command = [str(BIN / "python"), "-c", program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, timeout=50, check=False)  # noqa: S603 (our own words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def make_client(site: RunningApp, folder: Path) -> ApiClient:
    """Make a client of the server's description; without a generator a skip, or a failure where it is required."""
    if not (BIN / "openapi-python-client").exists():
        missing = "There is no .venv-client, so no client is made of our API (make setup)."
        if os.environ.get(REQUIRED):
            pytest.fail(missing)
        pytest.skip(missing)
    (folder / "openapi.json").write_bytes(site.get("/openapi.json").content)
    (folder / "settings.json").write_text(SETTINGS)
    command = [str(BIN / "openapi-python-client"), "generate", "--path", "openapi.json", "--config", "settings.json"]
    command += ["--meta", "none", "--output-path", "week_client"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=50, check=False)  # noqa: S603 (our own words)
    assert run.returncode == 0, run.stderr + run.stdout
    return ApiClient(folder, run.stdout + run.stderr)
