"""The guide: versions of it, which only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")

REFUSED = "SELECT RAISE(ABORT, 'guide_version only grows: its rows are never changed or deleted')"


def upgrade() -> None:
    op.create_table(
        "guide_version",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if on_sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


# REPLACE deletes without asking the triggers of DELETE.
SQLITE_TRIGGERS = [
    f"CREATE TRIGGER guide_version_no_update BEFORE UPDATE ON guide_version BEGIN {REFUSED}; END",
    f"CREATE TRIGGER guide_version_no_delete BEFORE DELETE ON guide_version BEGIN {REFUSED}; END",
    "CREATE TRIGGER guide_version_no_replace BEFORE INSERT ON guide_version"  # noqa: S608 (our own words)
    f" WHEN EXISTS (SELECT 1 FROM guide_version WHERE id = NEW.id) BEGIN {REFUSED}; END",
]

POSTGRESQL_TRIGGERS = [
    "CREATE FUNCTION guide_version_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'guide_version only grows: its rows are never changed or deleted'"
    " USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER guide_version_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON guide_version"
    " FOR EACH STATEMENT EXECUTE FUNCTION guide_version_grows_only()",
]
