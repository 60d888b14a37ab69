"""Clock facts of tickets, and the timings that correct response times in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LONG_AGO = "2022-01-01T00:00:00.000000+00:00"


def upgrade() -> None:
    op.create_table(
        "clock_fact",
        sa.Column("source", TEXT, primary_key=True, nullable=False),
        sa.Column("ticket", TEXT, primary_key=True, nullable=False),
        sa.Column("external_id", TEXT, primary_key=True, nullable=False),
        sa.Column("event", TEXT, primary_key=True, nullable=False),
        sa.Column("at", INSTANT, primary_key=True, nullable=False),
        sa.Column("author", TEXT, primary_key=True, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.CheckConstraint("event IN ('created', 'customer', 'staff')", name="clock_fact_event"),
        sa.CheckConstraint("(event = 'created') = (external_id = '')", name="clock_fact_shape"),
        sqlite_strict=True,
    )
    op.create_index("clock_fact_of_comment", "clock_fact", ["source", "external_id", "event"])
    op.create_table(
        "timing",
        sa.Column("id", WHOLE, primary_key=True, nullable=False),
        sa.Column("activity_seq", WHOLE, sa.ForeignKey("activity.seq"), nullable=False),
        sa.Column("ordinal", WHOLE, nullable=False),
        sa.Column("response_seconds", WHOLE, nullable=True),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.UniqueConstraint("activity_seq", "ordinal", name="timing_once"),
        sa.CheckConstraint("response_seconds BETWEEN 0 AND 10000000", name="timing_response_seconds"),
        sqlite_strict=True,
    )
    forbid_changes("timing", ("id", "activity_seq, ordinal"))
    waits = sa.text("ruled_at IS NULL")
    op.create_index(
        "withdrawn_activity_waiting", "withdrawn_activity", ["source", "kind", "external_id"], sqlite_where=waits,
        postgresql_where=waits,
    )  # fmt: skip
    have_readings_looked_at()


def have_readings_looked_at() -> None:
    """Queue the job that takes clock facts over from what deliveries said before there was a table for them."""
    run_at = f"'{LONG_AGO}'" if op.get_bind().dialect.name == "sqlite" else f"CAST('{LONG_AGO}' AS timestamptz)"
    op.execute(
        "INSERT INTO job (kind, key, payload, run_at, attempts)"  # noqa: S608 (our own words)
        f" SELECT 'clocks.take_over', 'clocks.take_over', '{{}}', {run_at}, 0"
        " WHERE EXISTS (SELECT 1 FROM delivery WHERE reading IS NOT NULL)"
    )


def forbid_changes(table: str, keys: tuple[str, ...]) -> None:
    """Let the database itself refuse to change or delete a row of `table`, as in 0001."""
    refusal = f"{table} only grows: its rows are never changed or deleted"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        taken = " OR ".join(f"({key}) = ({', '.join(f'NEW.{part}' for part in key.split(', '))})" for key in keys)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"  # noqa: S608 (our own words)
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"
            f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_grows_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_grows_only()"
    )
