"""The schema: migrations and models agree on both engines, and the tables themselves refuse what cannot be."""

import re
from hashlib import sha256
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.config import PROJECT
from app.db.database import Database
from app.services import guide
from app.services.ledger import timings
from app.services.operations import schema, sqlite_schema
from app.services.scoring.response_times import Late
from tests.builders import Game
from tests.postgresql import PostgreSQL
from tests.sqlite import SQLite


def plain(audit_target: Any) -> str:
    """Anything an inspector tells, as text that compares."""
    if isinstance(audit_target, dict):
        return str(sorted((key, plain(value)) for key, value in audit_target.items()))
    return str(audit_target)


def described(engine: Engine) -> dict[str, Any]:
    """Everything a table promises, as the database tells it."""
    inspector = inspect(engine)

    def by_name(things: Any) -> list[Any]:
        return sorted(plain(audit_target) for audit_target in things)

    def columns(table: str) -> list[Any]:
        return [
            (column["name"], str(column["type"]), getattr(column["type"], "collation", None), column["nullable"])
            for column in inspector.get_columns(table)
        ]

    return {
        table: (
            columns(table),
            inspector.get_pk_constraint(table)["constrained_columns"],
            by_name(inspector.get_check_constraints(table)),
            by_name(inspector.get_unique_constraints(table)),
            by_name(inspector.get_indexes(table)),
            by_name(inspector.get_foreign_keys(table)),
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_alembic_finds_nothing_to_migrate(database: Database) -> None:
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})

        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrations_make_what_the_models_say(stage: SQLite | PostgreSQL, bare: Database) -> None:
    SQLModel.metadata.create_all(bare.writer)

    migrated, modelled = described(stage.database.reader), described(bare.reader)

    assert migrated == modelled
    assert len(migrated) == len(SQLModel.metadata.tables)


def test_text_is_compared_by_code_point(database: Database) -> None:
    with database.unit_of_work() as session:
        for email in ("é", "z", "Z", "a", "_"):
            session.execute(
                text("INSERT INTO person (id, email, name, created_at) VALUES (:email, :email, 'x', '2022-09-14Z')"),
                {"email": email},
            )

    with database.reading() as session:
        found = session.execute(text("SELECT email FROM person ORDER BY email")).scalars().all()
    assert list(found) == sorted(["é", "z", "Z", "a", "_"])


@pytest.mark.parametrize("engine", ["sqlite"])
def test_tables_are_strict(database: Database) -> None:
    with database.reading() as session:
        unassigned = session.execute(
            text("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0")
        )
        assert {name for (name,) in unassigned} == {"alembic_version", "sqlite_schema"}


def test_migrating_again_changes_nothing(stage: SQLite | PostgreSQL) -> None:
    before = described(stage.database.reader)

    revision = schema.migrate(stage.database)

    assert (revision, described(stage.database.reader)) == (schema.newest(), before)


def test_newest_schema_is_recognised(bare: Database) -> None:
    before = schema.is_current(bare)

    schema.migrate(bare)

    assert (before, schema.is_current(bare)) == (False, True)


def test_revisions_read_from_the_files_are_alembics() -> None:
    scripts = ScriptDirectory(str(PROJECT / "migrations"))

    assert schema.revisions() == {script.revision: script.down_revision for script in scripts.walk_revisions()}
    assert schema.newest() == scripts.get_current_head()


# The text of every migration, and the schema it makes in a SQLite file. A migration that was released never changes:
# databases have its number already, and `restore` compares their schema with this one. Write a new one instead.
PINNED = {
    "0001": (
        "0001_the_ledger_and_the_game_around_it.py",
        "580544e6891cdf198066b661828b06d429fab7bdeaea33ebe31cd1f448ecdac3",
        "2df513650c57ff7ea4feeb9f6846babb7b19eaebfca1b28fcc7e355c15a6f6bd",
    ),
    "0002": (
        "0002_access.py",
        "cd6b1e58f8a8f0bcbf4aa4bf0af28804e35e75d3ac880e85c52a4f064eaa320f",
        "ebd2d81b85942bbdc92412b8c55962964f0da5d3685abb2cdece0d4bee5317f7",
    ),
    "0003": (
        "0003_jobs.py",
        "2bfc7c4e694de30433fb8c48d69e232af3741a4606a59fcb300287926adc8dc2",
        "4911ec01644ad7c3bbaaa6ad0c4badbe52ad34050f94f4be79106720ed5c1144",
    ),
    "0004": (
        "0004_imports.py",
        "5fe03cd556954eea08db01e624bb25cafd81b8f099bfbf4097bb5fcc713bcfda",
        "aabffa72c6c8c0abe6ac8be7c315dd1288d63a5f98ac01363c09d8e13a250c7a",
    ),
    "0005": (
        "0005_changes.py",
        "cbbdb57425c7a99ca30145a7d9ab897c62c108298a0e05a2a6bd8e2f9f8e0ef0",
        "10497bb48af93a00c58c7ac6aa9f00ab2cd87d610f1314bda7ce525dfec296e1",
    ),
    "0006": (
        "0006_shifts.py",
        "0d0a7dd92bda1df295e5ad4a17eefc824ea10a9a2a2660f21a1522646a9f807e",
        "8823fe1eba16d41754f0fd9c07f376acf2e728b30de06ac91cd7ff9ae49c7ff3",
    ),
    "0007": (
        "0007_topics.py",
        "fc4dfe50443add5d1832e702adbb098e7137c83896ac804f0e43039732cef4d8",
        "ba4b8678ec6d9f82d095645d700896cb2f43e0788aad4e271fafa2b69d7bf6eb",
    ),
    "0008": (
        "0008_calendar_feeds.py",
        "b26436e641c1d79c6216f8cfb9ea5bd380c905b7e13b5777f02eb91623e0acce",
        "1f0f829cb23aa7f18e1fafd9408430a07d6878962a32a3288128d1444bcfd981",
    ),
    "0009": (
        "0009_guide.py",
        "e00cc678e752f3a8240f3f2cf00737652471f6aa838a7bc319a5cf443003ce99",
        "08d64f5972a0e028fc3e98b5ff33923c10453595e52c293b11cba5295cad78dd",
    ),
    "0010": (
        "0010_notices.py",
        "89d9e8fafbee1e8b7c488948b5ebf3daa2fa4c9e81199af7434d62461fe8f654",
        "5cadfb9d101209fdcce674575b1ff774bb4b5cfde40be4e514315cc199c13ec2",
    ),
    "0011": (
        "0011_guestbook.py",
        "dc46f1f6a405939cf66147b6390b24a483e678605ccb3bebac1767cbd596ab6f",
        "f6f5c6f43c9e171a82db4b651f9492307527b7f7345a65f8d34e34cc9270be59",
    ),
    "0012": (
        "0012_intake.py",
        "b3c810ede0b25c36d6c4970c0fb2d9cc0c311e0bb25f8df126687584cf3f1ac1",
        "909d93cfd735d1ef170ee80778779aaa68de7a8788c1e9dfcd2c26f9a963bc8b",
    ),
    "0013": (
        "0013_service_accounts.py",
        "0ebf8c806877020a383ca4a9935d615c3862741fd87a2fb28ace9004fe328f74",
        "893fe7002860c9b58999fb2666299e50fea950a5e2585a1cd36694ee0ee04005",
    ),
    "0014": (
        "0014_source_health.py",
        "c2b27559bb3161cd1644446f219daf524bd2163fc704c6f848a63da5bc7b7e57",
        "514ede1ce71ebe519ec47cfc62de5b576c66fac2e369d28f9ea5b0f39a6f3e32",
    ),
    "0015": (
        "0015_timing.py",
        "04e0c1f904f65b7c19d62e698d105056cc9f69058482567f6d679f69af0caf4a",
        "2bd5b8eb96461df9106317dd1d2109f15524507f1b25eb128ffc28757407c04e",
    ),
    "0016": (
        "0016_backfills.py",
        "46094642de618a81c65b97c79ac41d27563d799773d1db9d532281968c4b0120",
        "44e394298b5fabd743c732a35121d403cc9149ec1445248b5eaea34201f75f23",
    ),
    "0017": (
        "0017_webhooks.py",
        "47c8b38069f19b72c6e2443d5085b1da9a06499d58e03b628531bc49a27c9df1",
        "50e80198608d365a8828bf54bc0517cad704f0ad301c73a72a31d0c1b3452e46",
    ),
    "0018": (
        "0018_list_imports.py",
        "5b28977f49cf73a693fbdb5f4b9162e3ff375c991c251abe45c5a8a093360e34",
        "928cb45a880a6fa6da5057eb4dccd1cf01d33abfbcd952d4c2d9bb28ad78812e",
    ),
    "0019": (
        "0019_removed_teams.py",
        "4528aa2a85e352c231c72ba02ce13baf6cb42908b4f6a1fdb5a7f1eae054089f",
        "50079deca64dbaf86372939ddab33473110d9234f3ca052d5e69ff1821ea0ec7",
    ),
    "0020": (
        "0020_people_lists.py",
        "ab32e0850297194c92be1257c7a21d35c0e40f92ac06e74b39fd0a58f9e50a69",
        "21abcaa551488fb74a01bb52f3ef7e3df6f4a5416489865ac0e19a926e2aee97",
    ),
    "0021": (
        "0021_cheers.py",
        "cdf1276de150c7e1b15e0f78439c925cadaad6eb996fe85f8444e93a96718944",
        "07e9bf2b65f3fad6379d37ef20d887927e9cc498386c1c1c3edbd807c5edb3f1",
    ),
    "0022": (
        "0022_removed_weeks.py",
        "932be4b224247748a80af14a4231087d6657247fc0f8a9597819108410625d47",
        "38ed4df30dd067556190fc51d44086a581c44bffec7161dcae64ac39a4ebe2d4",
    ),
    "0023": (
        "0023_delivery_looks.py",
        "b07bb94904ff739fe278b2bbd397e9a7141391afb5260dc5135d210ddaecf2bf",
        "807af452afee9e19b7e1a694bfbfe51ce16f91e5f3d4a46171d445e27300b41b",
    ),
    "0024": (
        "0024_clock_facts_by_comment.py",
        "b37208bddae673452c77bd588f2f887f7b2cdd3ac97f5daea2d2b60323fe3e8c",
        "e960f0a938043b8a8d1bc05e1ba98e2475c9d755802a1f49715dac1ffbd9a35e",
    ),
    "0025": (
        "0025_bulk_reversals.py",
        "ca536b3bac74aa4db1e53163b66831e55cdd92b0a765e3acda46e9441f929621",
        "39c353b064d5d00d541b58c7bbf9e73d0cfce91d256301a677d8108b013d9714",
    ),
    "0026": (
        "0026_hand_log_limit.py",
        "273b630cf5febf44785f4a0071f8443f384a4af74903f35f4cb4cf20c635cc19",
        "704a43963cc897d661c8551f3edb77eea891561016e231a142264dab28b0fddb",
    ),
    "0027": (
        "0027_calendar_events.py",
        "543c376cc4ac68f99857766fda349e9a91665c131195329b081ba4d3fa4467d3",
        "c83d881cfb5f7a0115aacd96f97aaef8ff90dc9d9af6f6b5667f342191d9610f",
    ),
    "0028": (
        "0028_who_changed_seats.py",
        "41b40018f458e267d91a0034e63bb9a067346c5202cc15617de1bf751681c9d2",
        "1538e15d2f3ac8c1448a4feed6d6ceef0e9eefefc551325506a38f8a6b3178be",
    ),
    "0029": (
        "0029_scheduled_changes.py",
        "a973f44bc8a50da0616df59e2375c31b3a3d21eadd0d127e50eb9c9aba24020f",
        "143dfdbd5683465e4f958c2892fa1642e1a2f75008eef61e4cfc1fd01d89a596",
    ),
    "0030": (
        "0030_merged_people.py",
        "b2fa8679aeb2d2a1e822aaf328919162bb030c8758693641eb1710676ffda567",
        "132c5a13afaeca0595c79644c58014a8bfd8398ccca071327a753757a1574ddb",
    ),
    "0031": (
        "0031_merged_teams.py",
        "78e5aeaa3e030c4f30055c3cb430d3c11c96332f5567968909fbfa6789b5a71a",
        "69638d761a127e58ac4b7d173c74f2135c1d69b12e64f356656a4188434ad6bf",
    ),
    "0032": (
        "0032_carried_rules.py",
        "4b46cc42d0dde6cc133acccdcc1d658deb2a7f2031822916dac68b1a5e4bcdbb",
        "56641574ae52f1ae8f20d7c32fe6897b3589322f2c9eb16c9c78211fc8ac4ff8",
    ),
    "0033": (
        "0033_ready_for_a_first_shift.py",
        "76c12583252bb702c386cbfdbef0b7bcb8ea55bc4a75b7982a358222f1694ea6",
        "e99318626ba63b94dbcdc5699b851370cf5c8e1e7dcd235c318c2effa144cf9e",
    ),
    "0034": (
        "0034_screens.py",
        "9e4ff81e3da1e9fd17f8f93c6762af46761e28fa14e4643504dcbc70ed4b364c",
        "99cc224ff56c578838e33ddb9704dcb0473bb5a992e73b5cf2535e596cbdca99",
    ),
    "0035": (
        "0035_archived_weeks.py",
        "13039feec955f7963a00db352a6a5eb773fca794bcfad55e1bc9622be3dd8ad2",
        "50bb663480810ea98d50771aafccf2b73baf403495491aec61b95405f83df76c",
    ),
    "0036": (
        "0036_announcement.py",
        "5a7a5e4ad5c3c66e7536ee1814fde5567b1610409ba93955fcf2fc76f5b41d38",
        "8e8439da3c27ccc3f368d384e84b9546d38442d4ccbd039e765d44c07764a842",
    ),
    "0037": (
        "0037_appearance.py",
        "c83c668aeb9343cfec1b1f29cb8ab651b702fd0dfd53400ff2cf249f876e0a76",
        "b04e0e1a7f8b44ea0222a75d5c5f0653009ff7eb06ed5763f96851cc139849c5",
    ),
    "0038": (
        "0038_rehearsals.py",
        "0b75af6977c56cab68723f79f4fc8418a441452de2f428dfacdf3a5e096f9c37",
        "79271064af68be88c24b3627b0060a6584f4cd9a7b5c062316663283413d6173",
    ),
    "0039": (
        "0039_imports_without_an_index.py",
        "a8ac3e8c3fe2072130c1b1a99f16de54fb42f62315de4e14c6ce817ddc52c4cd",
        "c1cef8825f65a9786940ac1614c9c95a12a66f52b63de5b03927c8ffc6397c31",
    ),
    "0040": (
        "0040_week_metrics.py",
        "6d8c424477cc8efa1bdd496d06fff19fb3691638d3c1f9ca0e33c2920cec45ee",
        "8443b5aa84a4f2279bb4e8808b83d54319f353060923c56e27a9f9931fba93b3",
    ),
    "0041": (
        "0041_logo.py",
        "af3b40218cc57e43c3e7fd8bae6c763cb9015cb46d83edf860688e191f99baee",
        "76bac7e9194d3009cbee3e5c7d71dba398e64be3844225c77af073d063cb807d",
    ),
    "0042": (
        "0042_forecast.py",
        "35eda89a1c9c6173e85f91767e02b81862d814e500bbb2391b39a3d3fb68fb43",
        "59f861c08621303b14b7772a433ea5d16d5c28021f9e50d833cd88b2dae65f8e",
    ),
    "0043": (
        "0043_slack.py",
        "8f7fe48c19c6b7887fccaf7562c8e885854412a027b2e90873aa43d262770cf7",
        "630545cdd4566a7ed7aaeed9011161d0d26524a5b4143f64410f57836147d969",
    ),
    "0044": (
        "0044_feedback.py",
        "a086c2ff2c06701b8b65fcc3719564bf9057778cd41f19f4da323c261718c3ce",
        "a25c9c783a82cc2c47b6bee83969243ae5293a12c5fe1f3cc49318bec004f9f5",
    ),
    "0045": (
        "0045_slack_people.py",
        "c7fdd1c8e5c2913687e96b06af0a4732f2b6a0aa17349205adca4b731075178c",
        "9f69541de1500881c6dcb87c763b40e4e0ac8d359b70b680da0695dd9ebe534b",
    ),
    "0047": (
        "0047_cards.py",
        "60296f983e37709b4cf9c148a7fd66f93871d0cf0d688efa385ef9ebe344d587",
        "c1ba07abbe006573f168990369253b6e10bb9b0896fe858dc884d1612cd8c487",
    ),
    "0048": (
        "0048_slack_messages.py",
        "b570b37be3435dd7f3444228f6febd6ba3b1facdee893c90aefe81693b2c267c",
        "06c84b9367acf658fb8e6662af46d58f165e4dc9e5cbd458e9bbdcbb613e4b04",
    ),
    "0049": (
        "0049_reviews.py",
        "c319d5d230b6df3cbeddf5cc1da668e8d9b9def9f037244a344db8511c488b32",
        "11d58701dc9720a744ecc1393d92f189afd59dbd6f7818fe71c083d29d0fc8a7",
    ),
    "0050": (
        "0050_slack_sockets.py",
        "c9f2948d9754227bd202d94ee9f9f46db8a9451f6a56756aa6b0542693b80f50",
        "17cb3626e17543ae8498b7d7516b7e907fe15b1febbf977dcfe46ae9ee41bf45",
    ),
    "0051": (
        "0051_slack_seen.py",
        "aff1354e1915e1008b8a64333274428009878440b348d00674f250bcb3f70bde",
        "0aa24f437c28bf255b376cb7a66934908e0d69fa37bcc95ec35438fa6aea5961",
    ),
}


def test_released_migrations_never_change() -> None:
    files = sorted((PROJECT / "migrations" / "versions").glob("*.py"))

    texts = {file.name: sha256(file.read_bytes()).hexdigest() for file in files}

    assert texts == {name: digest for name, digest, _ in PINNED.values()}


def test_migrations_make_the_same_schema_with_every_version_of_their_tools() -> None:
    schemas = {}

    with create_engine("sqlite://").begin() as connection:
        driver: Any = connection.connection.driver_connection
        for revision in PINNED:
            schema.upgrade(connection, revision)
            made = sqlite_schema.things_of(driver)
            schemas[revision] = sha256(repr([tuple(audit_target) for audit_target in made]).encode()).hexdigest()

    assert schemas == {revision: digest for revision, (_, _, digest) in PINNED.items()}
    assert sqlite_schema.expected_things(schema.newest()) == tuple(made)


def test_migrations_import_nothing_of_the_program() -> None:
    files = [*(PROJECT / "migrations").rglob("*.py")]

    lines = {file.name: re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(), re.MULTILINE) for file in files}

    assert {name: modules for name, modules in lines.items() if set(modules) - {"alembic", "sqlalchemy"}} == {}
    assert len(files) > len(PINNED)


def test_migration_that_fails_leaves_nothing_behind(bare: Database) -> None:
    @event.listens_for(bare.writer, "before_cursor_execute")
    def fail(*call: Any) -> None:
        if "UPDATE alembic_version" in call[2]:  # the statement: the last one but for the commit
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        schema.migrate(bare)

    assert inspect(bare.writer).get_table_names() == []


ACTIVITY = {
    "id": "'x'", "week_id": "(SELECT min(id) FROM week)", "version": "9", "kind": "'issue'",
    "person_id": "(SELECT min(id) FROM person)", "team_id": "NULL", "occurred_at": "'2022-09-14T00:00:00Z'",
    "recorded_at": "'2022-09-14T00:00:00Z'", "source": "'github'", "external_id": "'x'", "subject": "NULL",
    "response_seconds": "NULL", "recorded_by": "'x'", "points": "NULL", "reason": "NULL",
}  # fmt: skip
ADJUSTMENT = ACTIVITY | {
    "kind": "'adjustment'", "person_id": "NULL", "team_id": "(SELECT min(id) FROM team)", "points": "5",
    "reason": "'Why'",
}  # fmt: skip


def insert(game: Game, columns: dict[str, str]) -> None:
    statement = f"INSERT INTO activity ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"  # noqa: S608 (our own words)
    with game.database.unit_of_work() as session:
        session.connection().exec_driver_sql(statement)


@pytest.mark.parametrize("columns", [ACTIVITY, ADJUSTMENT], ids=["activity", "adjustment"])
def test_whole_row_is_accepted(game: Game, columns: dict[str, str]) -> None:
    insert(game, columns)

    with game.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM activity")).scalar() == 1


@pytest.mark.parametrize(
    ("columns", "changes"),
    [
        (ACTIVITY, {"response_seconds": "'abc'"}),
        (ACTIVITY, {"response_seconds": "-1"}),
        (ACTIVITY, {"response_seconds": "10000001"}),
        (ACTIVITY, {"version": "'abc'"}),
        (ACTIVITY, {"version": "NULL"}),
        (ACTIVITY, {"external_id": "''"}),
        (ACTIVITY, {"external_id": f"'{'x' * 201}'"}),
        (ACTIVITY, {"external_id": "NULL"}),
        (ACTIVITY, {"source": "''"}),
        (ACTIVITY, {"source": f"'{'x' * 201}'"}),
        (ACTIVITY, {"subject": "''"}),
        (ACTIVITY, {"subject": f"'{'x' * 201}'"}),
        (ACTIVITY, {"week_id": "0"}),
        (ACTIVITY, {"person_id": "'nobody'"}),
        (ACTIVITY, {"person_id": "NULL"}),
        (ACTIVITY, {"points": "5"}),
        (ACTIVITY, {"team_id": "(SELECT min(id) FROM team)"}),
        (ADJUSTMENT, {"points": "0"}),
        (ADJUSTMENT, {"points": "100001"}),
        (ADJUSTMENT, {"points": "-100001"}),
        (ADJUSTMENT, {"points": "NULL"}),
        (ADJUSTMENT, {"reason": "NULL"}),
        (ADJUSTMENT, {"team_id": "NULL"}),
        (ADJUSTMENT, {"team_id": "'nowhere'"}),
        (ADJUSTMENT, {"person_id": "(SELECT min(id) FROM person)"}),
    ],
)
def test_row_that_cannot_be_is_refused_by_the_database(
    game: Game, columns: dict[str, str], changes: dict[str, str]
) -> None:
    with pytest.raises(DBAPIError):
        insert(game, columns | changes)

    with game.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM activity")).scalar() == 0


def test_same_key_twice_is_refused_by_the_database(game: Game) -> None:
    insert(game, ACTIVITY)

    with pytest.raises(DBAPIError):
        insert(game, ACTIVITY | {"id": "'y'"})


def test_week_in_a_state_there_is_not_is_refused_by_the_database(game: Game) -> None:
    with pytest.raises(DBAPIError), game.database.unit_of_work() as session:
        session.execute(text("UPDATE week SET state = 'paused'"))


GROWS_ONLY = ("activity", "reversal", "timing", "membership", "rule_set", "week_event", "audit", "guide_version")


@pytest.fixture
def played(game: Game) -> Game:
    """A game with at least a row in each table that only grows."""
    taken = game.take()
    game.reverse(taken.entry)
    with game.database.unit_of_work() as session:
        timings.add(session, game.week(), [Late(taken.entry, 60)], game.act)
        guide.change(session, "A guide", game.act, note="")
    return game


def rows(game: Game, table: str) -> list[Any]:
    with game.database.reading() as session:
        return list(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 (our own names)


def attempt(game: Game, statement: str) -> None:
    with game.database.unit_of_work() as session:
        session.connection().exec_driver_sql(statement)


@pytest.mark.parametrize("table", GROWS_ONLY)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET id = id", "DELETE FROM {0}", "DELETE FROM {0} WHERE id IS NOT NULL"],
)
def test_row_of_the_ledger_cannot_be_changed_or_deleted(played: Game, table: str, statement: str) -> None:
    before = rows(played, table)

    with pytest.raises(DBAPIError, match="only grows"):
        attempt(played, statement.format(table))

    assert rows(played, table) == before
    assert len(before) > 0


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("table", GROWS_ONLY)
def test_row_of_the_ledger_cannot_be_replaced(played: Game, table: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"):
        attempt(played, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608 (our own names)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_activity_cannot_be_replaced_by_its_key(game: Game) -> None:
    insert(game, ACTIVITY)
    changed = ACTIVITY | {"id": "'y'", "note": "'Changed'"}

    with pytest.raises(DBAPIError, match="only grows"):
        attempt(game, f"REPLACE INTO activity ({', '.join(changed)}) VALUES ({', '.join(changed.values())})")  # noqa: S608 (our own words)


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize("table", GROWS_ONLY)
def test_ledger_cannot_be_truncated(played: Game, table: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"):
        attempt(played, f"TRUNCATE {table} CASCADE")
