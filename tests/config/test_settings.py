"""Settings: what is read from where, what is refused at once and in which words, and that secrets stay secret."""

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Settings, sentences, unknown

KEY = "0123456789abcdef" * 2
POSTGRESQL = "postgresql://week:hidden-password@db.example.com/week"
ALL_SECRETS = {
    "secret_key": "hidden-" + KEY,
    "database_url": POSTGRESQL,
    "smtp_url": "smtp://week:hidden-mail@mail.example.com",
    "mail_from": "week@example.com",
    "public_url": "https://week.example.com",
    "oidc_client_secret": "hidden-client",
}
SECRETS = ("secret_key", "database_url", "smtp_url", "oidc_client_secret")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests, and no `.env` of theirs."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ASSEMBLY_WEEK_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def settings(**values: object) -> Settings:
    """Settings of these values alone."""
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def refusal(**values: object) -> str:
    """Sentences about settings that make no sense."""
    with pytest.raises(ValidationError) as error:
        settings(**values)
    return " ".join(sentences(error.value))


def test_settings_show_no_secret_in_any_text_of_them() -> None:
    found = settings(**ALL_SECRETS)

    texts = [repr(found), str(found), str(found.model_dump()), found.model_dump_json(), repr(found.sqlalchemy_url)]

    assert [text for text in texts if "hidden" in text] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"rules_watch": "perhaps"},
        {"secret_key": "hidden"},
        {"database_url": "mysql://week:hidden-password@db/week"},
        {"database_url": "postgresql://week:hidden-password@db:port/week"},
        {"smtp_url": "smtp://week:hidden-mail@"},
        {"mail_from": "nobody"},
        {"oidc_issuer": "https://login.example.com"},
    ],
)
def test_settings_that_are_refused_show_no_secret(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as error:
        settings(**ALL_SECRETS | changes)

    texts = [str(error.value), "".join(traceback.format_exception(error.value)), *sentences(error.value)]
    assert [text for text in texts if "hidden" in text] == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"secret_key": ""}, "ASSEMBLY_WEEK_SECRET_KEY is empty. `openssl rand -hex 32` makes one."),
        ({"secret_key": "   "}, "ASSEMBLY_WEEK_SECRET_KEY is empty. `openssl rand -hex 32` makes one."),
        (
            {"secret_key": KEY[:31]},
            "ASSEMBLY_WEEK_SECRET_KEY has 31 characters; it needs at least 32. `openssl rand -hex 32` makes one.",
        ),
        (
            {"secret_key": "ü" * 32},
            "ASSEMBLY_WEEK_SECRET_KEY holds characters that aren’t printable ASCII. `openssl rand -hex 32` makes one.",
        ),
        (
            {"database_url": POSTGRESQL},
            "On PostgreSQL set ASSEMBLY_WEEK_SECRET_KEY to 32 random characters or more, the same on each replica. "
            "`openssl rand -hex 32` makes one.",
        ),
        (
            {"database_url": "nonsense"},
            "ASSEMBLY_WEEK_DATABASE_URL must read sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
        ),
        (
            {"database_url": "sqlite:////srv/week?x/ledger"},
            "ASSEMBLY_WEEK_DATABASE_URL must read sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME. In FILE, "
            "write ? as %3F and % as %25; an absolute path has four slashes.",
        ),
        (
            {"trusted_proxies": "10.0.0.1,*"},
            "ASSEMBLY_WEEK_TRUSTED_PROXIES must name the proxies’ addresses: “*” would believe everyone’s headers.",
        ),
        (
            {"trusted_proxies": "0.0.0.0/0"},
            "ASSEMBLY_WEEK_TRUSTED_PROXIES must name the proxies’ addresses: “0.0.0.0/0” would believe everyone’s "
            "headers.",
        ),
        (
            {"trusted_proxies": "proxy"},
            "ASSEMBLY_WEEK_TRUSTED_PROXIES must name the proxies’ addresses: “proxy” isn’t an address or a network "
            "such as 10.1.2.0/24.",
        ),
        (
            {"outbound_networks": "10.1.2.3/24"},
            "ASSEMBLY_WEEK_OUTBOUND_NETWORKS names “10.1.2.3/24”, which isn’t a network such as 10.1.2.0/24.",
        ),
        (
            {"smtp_url": "smtp://localhost"},
            "ASSEMBLY_WEEK_MAIL_FROM must be one address, such as Assembly Week <week@example.com>. Set "
            "ASSEMBLY_WEEK_PUBLIC_URL to the address people type: links in messages lead there.",
        ),
        (
            {"oidc_allowed_domains": "example.com,@example.org"},
            "ASSEMBLY_WEEK_OIDC_ALLOWED_DOMAINS names “@example.org”, which isn’t a domain such as example.com.",
        ),
        (
            {"oidc_issuer": "https://login.example.com"},
            "Set ASSEMBLY_WEEK_OIDC_CLIENT_ID to what the provider calls this server.",
        ),
        (
            {"oidc_issuer": "https://login.example.com?tenant=1"},
            "ASSEMBLY_WEEK_OIDC_ISSUER has a “?”. It is an address such as https://login.example.com.",
        ),
        (
            {"slack_api_url": "http://slack.example.com/api/"},
            "ASSEMBLY_WEEK_SLACK_API_URL isn’t https. It is an address such as https://slack.com/api/.",
        ),
        (
            {"display_scenes": "bord:20"},
            "ASSEMBLY_WEEK_DISPLAY_SCENES names a scene “bord”; there are "
            "board, shifts, race, latest, totals, quests, heroes, quotes, message.",
        ),
    ],
)
def test_settings_without_sense_are_refused_with_a_sentence(values: dict[str, str], sentence: str) -> None:
    assert refusal(**values) == sentence


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.com",
        "login.example.com",
        "https://me@login.example.com",
        "https://login.example.com:port",
    ],
)
def test_issuer_that_is_no_https_address_is_refused(issuer: str) -> None:
    assert refusal(oidc_issuer=issuer, oidc_client_id="week").startswith("ASSEMBLY_WEEK_OIDC_ISSUER ")


def test_refusal_names_every_bad_value() -> None:
    said = refusal(rules_watch="perhaps", trusted_proxies="*", secret_key="short")

    assert [name in said for name in ("RULES_WATCH", "TRUSTED_PROXIES", "SECRET_KEY")] == [True, True, True]


@pytest.mark.parametrize("name", ["trusted_hosts", "trusted_proxies", "oidc_allowed_domains", "display_scenes"])
def test_list_is_read_with_commas_and_spaces(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    items = {"trusted_proxies": ("10.0.0.1", "10.1.2.0/24"), "display_scenes": ("board:20", "race")}
    expected = items.get(name, ("a.example.com", "b.example.com"))
    monkeypatch.setenv(f"ASSEMBLY_WEEK_{name.upper()}", " , ".join(expected) + ",")

    assert getattr(Settings(_env_file=None), name) == expected


@pytest.mark.parametrize("name", SECRETS)
def test_secret_is_read_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    file = tmp_path / "docker-secret"
    file.write_text(f"{ALL_SECRETS[name]}\n")
    others = {other: value for other, value in ALL_SECRETS.items() if other != name}
    for other, value in others.items():
        monkeypatch.setenv(f"ASSEMBLY_WEEK_{other.upper()}", value)
    monkeypatch.setenv(f"ASSEMBLY_WEEK_{name.upper()}_FILE", str(file))

    found = Settings(_env_file=None)

    assert getattr(found, name).get_secret_value() == ALL_SECRETS[name]


def test_daily_backups_are_for_sqlite_and_keep_at_least_one_day() -> None:
    on_postgresql = refusal(backup_dir="copies", database_url=POSTGRESQL, secret_key=KEY)
    senseless = refusal(backup_dir="copies", backup_hour=24, backup_days=0, backup_weeks=-1)

    assert on_postgresql == "ASSEMBLY_WEEK_BACKUP_DIR is for SQLite. Remove it, and back PostgreSQL up with pg_dump."
    assert senseless == (
        "ASSEMBLY_WEEK_BACKUP_HOUR: Input should be less than or equal to 23. "
        "ASSEMBLY_WEEK_BACKUP_DAYS: Input should be greater than or equal to 1. "
        "ASSEMBLY_WEEK_BACKUP_WEEKS: Input should be greater than or equal to 0."
    )


def test_secret_file_and_value_at_once_are_refused(tmp_path: Path) -> None:
    assert refusal(secret_key=KEY, secret_key_file=tmp_path) == (
        "Both ASSEMBLY_WEEK_SECRET_KEY and ASSEMBLY_WEEK_SECRET_KEY_FILE are set. Remove one of them."
    )


@pytest.mark.parametrize(
    ("make", "flaw"),
    [
        (lambda path: None, ", and there’s no such file."),
        (lambda path: path.mkdir(), ", which is a directory."),
        (lambda path: path.write_bytes(b""), ", which is empty."),
        (lambda path: path.write_bytes(b"\n \n"), ", which is empty."),
        (lambda path: path.write_bytes(b"\xff" * 40), ", which isn’t UTF-8 text."),
        (lambda path: path.write_bytes(b"x" * 5_000), ", which holds more than 4,096 bytes."),
        (lambda path: path.symlink_to("/dev/zero"), ", which isn’t a plain file."),
        (lambda path: path.symlink_to("nowhere"), ", and there’s no such file."),
    ],
)
def test_secret_file_that_holds_no_secret_is_refused(tmp_path: Path, make: object, flaw: str) -> None:
    path = tmp_path / "secret"
    make(path)  # type: ignore[operator]

    assert refusal(secret_key_file=path) == f"ASSEMBLY_WEEK_SECRET_KEY_FILE leads to {path}{flaw}"


def test_key_in_a_file_is_as_long_as_any(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("short\n")

    assert refusal(secret_key_file=path).startswith("ASSEMBLY_WEEK_SECRET_KEY has 5 characters;")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SECRT_KEY", " Did you mean ASSEMBLY_WEEK_SECRET_KEY?"),
        ("TRUSTED_PROXY", " Did you mean ASSEMBLY_WEEK_TRUSTED_PROXIES?"),
        ("SMTP_PASSWORD_OF_THE_OFFICE", " .env.example lists those there are."),
        ("FOO", " .env.example lists those there are."),
    ],
)
def test_unknown_variable_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, hint: str
) -> None:
    monkeypatch.setenv(f"ASSEMBLY_WEEK_{name}", "hidden")

    Settings(_env_file=None)

    assert caplog.messages == [f"ASSEMBLY_WEEK_{name} isn’t a setting, so it changes nothing.{hint}"]


def test_unknown_line_of_the_env_file_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / ".env").write_text("ASSEMBLY_WEEK_DATADIR=x\nPORT=8080\nASSEMBLY_WEEK_DATA_DIR=y\n")

    found = Settings()

    assert found.data_dir == Path("y")
    assert caplog.messages == [
        "ASSEMBLY_WEEK_DATADIR isn’t a setting, so it changes nothing. Did you mean ASSEMBLY_WEEK_DATA_DIR?"
    ]


def test_known_variables_are_not_warned_of_in_any_case(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("assembly_week_public_url", "https://week.example.com")

    assert (Settings(_env_file=None).public_url, caplog.messages) == ("https://week.example.com", [])


@pytest.mark.parametrize("name", ["plain", "a ?b#c", "50%41", "dä ta 文", "a&b;'\"c\\d", "x?mode=ro", "line\nbreak"])
def test_data_directory_of_any_name_holds_the_database(tmp_path: Path, name: str) -> None:
    url = settings(data_dir=tmp_path / name).sqlalchemy_url

    assert url.database == str(tmp_path / name / "assembly-week.sqlite3")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_may_be_named_in_each_usual_way(scheme: str) -> None:
    url = settings(secret_key=KEY, database_url=f"{scheme}://week:p%40ss@db:5433/week?sslmode=require").sqlalchemy_url

    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://week:p%40ss@db:5433/week?sslmode=require"
    )


def test_changed_settings_are_checked_like_any(tmp_path: Path) -> None:
    before = settings(secret_key=KEY, database_url=POSTGRESQL)

    after = before.changed(database_url=None, data_dir=tmp_path)

    assert (after.on_sqlite, after.data_dir, after.secret_key) == (True, tmp_path, before.secret_key)
    with pytest.raises(ValidationError):
        before.changed(secret_key=None)


def test_changed_settings_do_not_read_the_environment_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(KEY)
    monkeypatch.setenv("ASSEMBLY_WEEK_SECRET_KEY_FILE", str(tmp_path / "key"))
    before = Settings(_env_file=None)
    monkeypatch.setenv("ASSEMBLY_WEEK_OIDC_LABEL", "your badge")

    after = before.changed(max_streams=5)

    assert (after.max_streams, after.secret_key, after.oidc_label) == (5, before.secret_key, before.oidc_label)


def test_switches_of_the_tests_are_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    unknown.warn(["ASSEMBLY_WEEK_REQUIRE_PROXIES"], ["trusted_proxies"], "ASSEMBLY_WEEK_")

    assert caplog.messages == []


@pytest.mark.parametrize(
    ("former", "text", "present", "value"),
    [
        ("MOST_STREAMS", "7", "max_streams", 7),
        ("MOST_STREAMS_PER_ADDRESS", "8", "max_streams_per_address", 8),
        ("PLAIN_HTTP", "true", "allow_http", True),
        ("OIDC_DOMAINS", "example.com, example.org", "oidc_allowed_domains", ("example.com", "example.org")),
        ("OIDC_NAME", "Example Corp", "oidc_label", "Example Corp"),
        ("OIDC_VOUCHES", "true", "oidc_trust_email", True),
    ],
)
@pytest.mark.parametrize("from_file", [False, True])
def test_former_name_of_a_setting_counts_and_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    former: str,
    text: str,
    present: str,
    value: object,
    from_file: bool,
) -> None:
    file = tmp_path / "settings.env"
    file.write_text(f"ASSEMBLY_WEEK_{former}={text}\n" if from_file else "")
    if not from_file:
        monkeypatch.setenv(f"ASSEMBLY_WEEK_{former}", text)

    found = Settings(_env_file=file)

    assert getattr(found, present) == value
    assert caplog.messages == [
        f"ASSEMBLY_WEEK_{former} is now ASSEMBLY_WEEK_{present.upper()}. "
        "The old name stops working with the next release; rename it."
    ]


def test_present_name_of_a_setting_beats_its_former_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_MOST_STREAMS", "7")
    monkeypatch.setenv("ASSEMBLY_WEEK_MAX_STREAMS", "9")

    assert Settings(_env_file=None).max_streams == 9
