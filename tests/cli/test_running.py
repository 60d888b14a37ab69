"""`serve` and `demo` as real processes: they answer, keep to themselves, and end when told to."""

import errno
import json
import os
import shlex
import signal
import socket
import subprocess
import time

import pytest

from app.cli import demo, demo_slack, server
from app.config import PROJECT, Settings
from app.errors import Conflict, Malformed
from tests.cli.conftest import RULES_FILE, Shell
from tests.cli.processes import PATIENCE_SECONDS, command, ended, fetch, run, run_anew, started
from tests.web.running_app import serving

HEADLINE = "20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards"


def test_server_answers_until_ctrl_c(shell: Shell) -> None:
    with started("serve", "--port", "0") as (process, document):
        answer = fetch(f"{document['address']}healthz")

        status, _, out, err = ended(process, signal.SIGINT)

    assert answer == "ok\n"
    assert (status, out, err) == (0, "", "")


def test_sigterm_ends_the_server_though_a_connection_is_open(shell: Shell) -> None:
    with started("serve", "--port", "0") as (process, document):
        port = int(document["address"].rstrip("/").rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as half_a_request:
            half_a_request.sendall(b"POST /api/v1/weeks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.5)

            status, seconds, _, _ = ended(process, signal.SIGTERM)

    assert status == 0
    assert seconds < 10


def test_sigterm_ends_the_server_though_a_thread_hangs_for_good(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = shell.write("rules.toml", RULES_FILE.read_bytes())
    monkeypatch.setenv("ASSEMBLY_WEEK_RULES_FILE", str(rules))
    with started("serve", "--port", "0") as (process, _):
        rules.unlink()
        os.mkfifo(rules)  # whoever opens it waits for somebody who writes
        time.sleep(1)

        status, seconds, _, err = ended(process, signal.SIGTERM)

    assert (status, seconds < 10, "something hangs" in err) == (0, True, True)


def test_headers_without_end_are_not_read_to_the_end(shell: Shell) -> None:
    with started("serve", "--port", "0") as (process, document):
        port = int(document["address"].rstrip("/").rsplit(":", 1)[1])
        usual = _answer_to(port, b"X-Filler: " + b"x" * 20_000 + b"\r\n")
        endless = _answer_to(port, b"".join(b"X-%d: %b\r\n" % (number, b"x" * 1_000) for number in range(40)))

        ended(process, signal.SIGTERM)

    assert (usual.split(b" ")[1], endless.split(b" ")[1]) == (b"200", b"431")


def _answer_to(port: int, headers: bytes) -> bytes:
    """The first line of the answer to a request with these headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n")
        return connection.makefile("rb").readline()


def test_wrong_setting_is_refused_before_an_address_is_printed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_DISPLAY_SCENES", "bord:20")

    refused = run("serve", "--port", "0")

    sentence = (
        "ASSEMBLY_WEEK_DISPLAY_SCENES names a scene “bord”; "
        "there are board, shifts, race, latest, totals, quests, heroes, quotes, message."
    )
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"{sentence}\n")


def test_second_server_and_restore_are_refused_but_commands_work_beside_it(open_week: Shell) -> None:
    open_week.text("backup", "copy.sqlite3")
    with started("serve", "--port", "0"):
        second = run("serve", "--port", "0")
        refused = open_week.refusal("restore", "copy.sqlite3")
        said = open_week.text("week", "close", "current")

    sentence = f"Another server uses the data in {open_week.home}. Stop it first."
    assert (second.returncode, second.stdout, second.stderr) == (1, "", f"{sentence}\n")
    assert refused == "A server is running on this data. Stop it, restore, and start it again."
    assert said == "Q3 2022 is closed.\n"


def test_server_killed_outright_leaves_no_lock(shell: Shell) -> None:
    with started("serve", "--port", "0") as (process, _):
        process.kill()
        process.wait()

        with started("serve", "--port", "0") as (again, document):
            assert fetch(f"{document['address']}healthz") == "ok\n"
            assert again.poll() is None


def test_real_command_prints_one_document_and_its_status(shell: Shell) -> None:
    refused, wrong = run_anew("verify", "nope", "--json"), run_anew("week", "list", "--jason")

    assert (refused.returncode, list(json.loads(refused.stdout)), refused.stderr) == (1, ["error"], "")
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_reader_that_goes_away_causes_no_traceback(shell: Shell) -> None:
    words = shlex.join(command("rules", "show"))

    done = subprocess.run(  # noqa: S602 (our own words)
        f"{words} | true",
        shell=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=False,
    )

    assert done.stderr == ""


def test_demo_offers_a_shift_to_its_player_only_while_the_week_plays() -> None:
    names = ("board", "shifts", "summary", "api", "organizer_link", "player_link", "example")
    while_playing = dict.fromkeys(names, "https://example.com") | {"token": "aw_"}

    said = ["\n".join(demo._lines(document)) for document in (while_playing, while_playing | {"headline": HEADLINE})]

    assert ["(take a shift)" in text for text in said] == [True, False]


def test_demo_plays_to_the_exact_totals_and_its_example_works(shell: Shell) -> None:
    with started("demo", "--speed", "60", "--port", "0") as (_, document):
        seen = headlines(document["api"])
        added = subprocess.run(  # noqa: S603 (a line of ours, made to be pasted)
            shlex.split(document["example"].replace("\\\n", "")), capture_output=True, text=True, check=False
        )
        board = json.loads(fetch(document["api"]))

    assert seen[-1] == HEADLINE
    assert json.loads(added.stdout)["kind"] == "issue"
    assert board["totals"]["issue"] == 19


def headlines(address: str) -> list[str]:
    """The board's texts, look after look, until the week has played."""
    seen: list[str] = []
    begun = time.monotonic()
    while HEADLINE not in seen and time.monotonic() - begun < PATIENCE_SECONDS:
        seen.append(json.loads(fetch(address))["headline"])
        time.sleep(0.1)
    return seen


def test_finished_demos_show_the_week_as_it_ended_each_with_a_file_and_port_of_its_own(shell: Shell) -> None:
    with started("demo", "--finished") as (_, one), started("demo", "--finished") as (_, other):
        boards = [json.loads(fetch(each["api"])) for each in (one, other)]
        page, summary = fetch(one["board"]), fetch(one["summary"])

    assert one["api"] != other["api"]
    assert [one["headline"], *(board["headline"] for board in boards)] == [HEADLINE] * 3
    assert ("Tea &amp; Triage" in page, "Tea &amp; Triage" in summary) == (True, True)
    assert sorted(path.name for path in shell.home.glob("*.sqlite3")) == ["demo-2.sqlite3", "demo.sqlite3"]


def test_demo_on_a_port_that_is_taken_is_refused(shell: Shell) -> None:
    with server.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        refused = shell.refusal("demo", "--port", str(port))

    assert refused == f"Port {port} on 127.0.0.1 is taken. Stop what uses it, or choose another with --port."


def test_demo_without_a_port_passes_over_one_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with server.listen("127.0.0.1", 0) as taken:
        monkeypatch.setattr(demo, "FIRST_PORT", taken.getsockname()[1])

        with demo._listen(None) as other:
            assert taken.getsockname()[1] < other.getsockname()[1] < taken.getsockname()[1] + 20


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", "a" * 300])
def test_host_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(Malformed):
        server.listen(host, 0)


def test_port_that_is_taken_is_refused() -> None:
    with server.listen("127.0.0.1", 0) as taken, pytest.raises(Conflict):
        server.listen("127.0.0.1", taken.getsockname()[1])


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such time-out")
def test_system_gives_up_on_a_peer_that_takes_nothing() -> None:
    with (
        server.listen("127.0.0.1", 0, stuck=1.0) as listener,
        socket.create_connection(listener.getsockname()) as _never_reads,
    ):
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(20)
            begun = time.monotonic()

            with pytest.raises(TimeoutError) as failure:
                accepted.sendall(b"x" * 50_000_000)

    assert failure.value.errno == errno.ETIMEDOUT
    assert time.monotonic() - begun < 15


def test_address_is_one_to_type_on_this_machine() -> None:
    with server.listen("0.0.0.0", 0) as listener:  # noqa: S104 (a port that nobody reaches from outside: the test closes it)
        port = listener.getsockname()[1]

        assert server.address_of(listener) == f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize(("proxies", "is_believed"), [("", False), ("10.0.0.1", False), ("127.0.0.1", True)])
def test_forwarded_headers_count_only_from_named_proxies(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, proxies: str, is_believed: bool
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # uvicorn's own setting
    with serving(settings.changed(trusted_proxies=proxies), has_jobs=False) as site:
        answer = site.get("/healthz", headers={"X-Forwarded-Proto": "https"})

    assert ("strict-transport-security" in answer.headers) == is_believed


def test_demo_with_slack_says_where_its_stand_in_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_slack, "STAND_IN", "tests.nothing")

    with pytest.raises(Conflict, match="Run this in a checkout, after make setup"), demo_slack.running():
        pass
