"""Access: roles, sign-ins and their links, join codes, displays, throttles, the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STRING = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    collation = "" if op.get_bind().dialect.name == "sqlite" else 'COLLATE "C"'
    op.execute(
        f"ALTER TABLE person ADD COLUMN role TEXT {collation} DEFAULT 'player' NOT NULL"
        " CONSTRAINT person_role CHECK (role IN ('player', 'organizer', 'owner'))"
    )
    op.execute(
        f"ALTER TABLE person ADD COLUMN theme TEXT {collation} DEFAULT 'auto' NOT NULL"
        " CONSTRAINT person_theme CHECK (theme IN ('auto', 'light', 'dark'))"
    )
    op.add_column("person", sa.Column("disabled_at", INSTANT, nullable=True))
    op.add_column("token", sa.Column("used_at", INSTANT, nullable=True))
    op.create_table(
        "identity",
        sa.Column("issuer", STRING, primary_key=True),
        sa.Column("subject", STRING, primary_key=True),
        sa.Column("person_id", STRING, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in",
        sa.Column("id", STRING, primary_key=True),
        sa.Column("sha256", STRING, nullable=False, unique=True),
        sa.Column("person_id", STRING, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("way", STRING, nullable=False),
        sa.Column("address", STRING, nullable=False),
        sa.Column("agent", STRING, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in_link",
        sa.Column("id", STRING, primary_key=True),
        sa.Column("sha256", STRING, nullable=False, unique=True),
        sa.Column("purpose", STRING, nullable=False),
        sa.Column("person_id", STRING, sa.ForeignKey("person.id"), nullable=True, index=True),
        sa.Column("by", STRING, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint("purpose IN ('first', 'invitation', 'email')", name="sign_in_link_purpose"),
        sqlite_strict=True,
    )
    op.create_table(
        "join_code",
        sa.Column("team_id", STRING, sa.ForeignKey("team.id"), primary_key=True),
        sa.Column("code", STRING, nullable=False, unique=True),
        sa.Column("by", STRING, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "throttle",
        sa.Column("key", STRING, primary_key=True),
        sa.Column("began_at", INSTANT, nullable=False, index=True),
        sa.Column("count", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "display",
        sa.Column("id", STRING, primary_key=True),
        sa.Column("name", STRING, nullable=False),
        sa.Column("code", STRING, nullable=True, unique=True),
        sa.Column("sha256", STRING, nullable=True, unique=True),
        sa.Column("by", STRING, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "rotation",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("scenes", STRING, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.Column("person_id", STRING, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("address", STRING, nullable=False),
        sa.Column("action", STRING, nullable=False),
        sa.Column("object_kind", STRING, nullable=False),
        sa.Column("object_id", STRING, nullable=False),
        sa.Column("object_name", STRING, nullable=False),
        sa.Column("before", STRING, nullable=True),
        sa.Column("after", STRING, nullable=True),
        sqlite_strict=True,
    )
    op.create_index("audit_of_person", "audit", ["person_id", "id"])
    op.create_index("audit_of_action", "audit", ["action", "id"])
    forbid_changes("audit", "id")
    op.drop_index("activity_of_person", "activity")
    op.create_index("activity_of_person", "activity", ["person_id", "week_id", "kind", "subject"])


def forbid_changes(table: str, key: str) -> None:
    """Let the database itself refuse to change or delete a row of `table`, as 0001 does for the ledger."""
    refusal = f"{table} only grows: its rows are never changed or deleted"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"  # noqa: S608 (our own words)
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
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
