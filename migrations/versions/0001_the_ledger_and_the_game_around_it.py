"""The ledger and the game around it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STRING = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")

# Tables whose rows are never changed or deleted, with every key a row can be found by.
GROWS_ONLY = {
    "activity": ("seq", "id", "week_id, source, kind, external_id"),
    "reversal": ("id", "activity_seq, ordinal"),
    "membership": ("id", "week_id, person_id, version"),
    "rule_set": ("id",),
    "week_event": ("id",),
}


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", STRING, nullable=False),
        sa.Column("email", STRING, nullable=False),
        sa.Column("name", STRING, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sqlite_strict=True,
    )
    op.create_table(
        "rule_set",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("text", STRING, nullable=False),
        sa.Column("sha256", STRING, nullable=False),
        sa.Column("note", STRING, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "rules_file",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("sha256", STRING, nullable=False),
        sa.Column("refusal", STRING, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "token",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("name", STRING, nullable=False),
        sa.Column("sha256", STRING, nullable=False),
        sa.Column("scopes", STRING, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "week",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("slug", STRING, nullable=False),
        sa.Column("name", STRING, nullable=False),
        sa.Column("timezone", STRING, nullable=False),
        sa.Column("starts", DAY, nullable=False),
        sa.Column("ends", DAY, nullable=False),
        sa.Column("state", STRING, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("rule_set_id", WHOLE, nullable=True),
        sa.Column("frozen_at", INSTANT, nullable=True),
        sa.Column("frozen_version", WHOLE, nullable=True),
        sa.Column("frozen_rule_set_id", WHOLE, nullable=True),
        sa.Column("frozen_board", STRING, nullable=True),
        sa.Column("frozen_names", STRING, nullable=True),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name="week_state"),
        sa.ForeignKeyConstraint(
            ["frozen_rule_set_id"],
            ["rule_set.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rule_set_id"],
            ["rule_set.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        sqlite_strict=True,
    )
    op.create_table(
        "score",
        sa.Column("week_id", WHOLE, nullable=False),
        sa.Column("team_id", STRING, nullable=False),
        sa.Column("data", STRING, nullable=False),
        sa.ForeignKeyConstraint(
            ["week_id"],
            ["week.id"],
        ),
        sa.PrimaryKeyConstraint("week_id", "team_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "team",
        sa.Column("id", STRING, nullable=False),
        sa.Column("week_id", WHOLE, nullable=False),
        sa.Column("name", STRING, nullable=False),
        sa.Column("name_key", STRING, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["week_id"],
            ["week.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("week_id", "name_key", name="team_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "week_event",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("week_id", WHOLE, nullable=False),
        sa.Column("action", STRING, nullable=False),
        sa.Column("reason", STRING, nullable=True),
        sa.Column("by", STRING, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["week_id"],
            ["week.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_week_event_week_id"), "week_event", ["week_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("id", STRING, nullable=False),
        sa.Column("week_id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("kind", STRING, nullable=False),
        sa.Column("person_id", STRING, nullable=True),
        sa.Column("team_id", STRING, nullable=True),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("source", STRING, nullable=False),
        sa.Column("external_id", STRING, nullable=False),
        sa.Column("subject", STRING, nullable=True),
        sa.Column("response_seconds", WHOLE, nullable=True),
        sa.Column("url", STRING, nullable=True),
        sa.Column("note", STRING, nullable=True),
        sa.Column("recorded_by", STRING, nullable=False),
        sa.Column("points", WHOLE, nullable=True),
        sa.Column("reason", STRING, nullable=True),
        sa.CheckConstraint(
            "CASE WHEN kind = 'adjustment'"
            " THEN team_id IS NOT NULL AND person_id IS NULL AND reason IS NOT NULL"
            " AND points IS NOT NULL AND points BETWEEN -100000 AND 100000 AND points <> 0"
            " ELSE team_id IS NULL AND person_id IS NOT NULL AND points IS NULL END",
            name="activity_shape",
        ),
        sa.CheckConstraint("length(external_id) BETWEEN 1 AND 200", name="activity_external_id"),
        sa.CheckConstraint("length(source) BETWEEN 1 AND 200", name="activity_source"),
        sa.CheckConstraint("length(subject) BETWEEN 1 AND 200", name="activity_subject"),
        sa.CheckConstraint("response_seconds BETWEEN 0 AND 10000000", name="activity_response_seconds"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["team.id"],
        ),
        sa.ForeignKeyConstraint(
            ["week_id"],
            ["week.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("week_id", "source", "kind", "external_id", name="activity_once"),
        sqlite_strict=True,
    )
    op.create_index("activity_in_week", "activity", ["week_id", "seq"], unique=False)
    op.create_index("activity_of_person", "activity", ["person_id", "week_id"], unique=False)
    op.create_index(
        "activity_of_team",
        "activity",
        ["team_id"],
        unique=False,
        sqlite_where=sa.text("team_id IS NOT NULL"),
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("week_id", WHOLE, nullable=False),
        sa.Column("person_id", STRING, nullable=False),
        sa.Column("team_id", STRING, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["team.id"],
        ),
        sa.ForeignKeyConstraint(
            ["week_id"],
            ["week.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("week_id", "person_id", "version", name="membership_once"),
        sqlite_strict=True,
    )
    op.create_index("membership_team", "membership", ["team_id"], unique=False)
    op.create_table(
        "reversal",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("activity_seq", WHOLE, nullable=False),
        sa.Column("ordinal", WHOLE, nullable=False),
        sa.Column("reason", STRING, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_seq"],
            ["activity.seq"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("activity_seq", "ordinal", name="reversal_once"),
        sqlite_strict=True,
    )

    op.create_table(
        "ceremony",
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, autoincrement=False),
        sa.Column("step", WHOLE, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )

    for table, keys in GROWS_ONLY.items():
        forbid_changes(table, keys)


def forbid_changes(table: str, keys: tuple[str, ...]) -> None:
    """Let the database itself refuse to change or delete a row of `table`.

    SQLite fires no DELETE trigger for the row that an INSERT OR REPLACE pushes out, so that row is looked for first.
    """
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
