"""Further e-mails of people, and whom a person was merged into, to whom their seats may be given then."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
MERGED = sa.text("merged_into IS NOT NULL")
LIVE = "('signed_up', 'checked_in', 'completed')"
# Another live seat of the same person whose shift overlaps the one given.
OVERLAP = f"""
    SELECT 1 FROM seat other JOIN shift theirs ON theirs.id = other.shift_id JOIN shift mine ON mine.id = NEW.shift_id
    WHERE other.person_id = NEW.person_id AND other.state IN {LIVE} AND theirs.id <> mine.id
    AND theirs.starts_at < mine.ends_at AND mine.starts_at < theirs.ends_at"""  # noqa: S608 (our own words)
CHANGES_HANDS = """NEW.id <> OLD.id OR NEW.shift_id <> OLD.shift_id OR (NEW.person_id <> OLD.person_id
    AND NOT EXISTS (SELECT 1 FROM person WHERE id = OLD.person_id AND merged_into = NEW.person_id))"""

SQLITE_TRIGGERS = [
    "DROP TRIGGER seat_stays",
    f"CREATE TRIGGER seat_stays BEFORE UPDATE OF id, shift_id, person_id ON seat WHEN {CHANGES_HANDS}"
    " BEGIN SELECT RAISE(ABORT, 'a seat stays its person''s'); END",
    "CREATE TRIGGER seat_overlap_given BEFORE UPDATE OF person_id ON seat"
    f" WHEN NEW.state IN {LIVE} AND EXISTS ({OVERLAP})"
    " BEGIN SELECT RAISE(ABORT, 'live seats of a person never overlap'); END",
]
POSTGRESQL_TRIGGERS = [
    f"""CREATE OR REPLACE FUNCTION seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'seats are never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND ({CHANGES_HANDS}) THEN
        RAISE EXCEPTION 'a seat stays its person''s' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state IN {LIVE} THEN
        PERFORM 1 FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
        IF EXISTS ({OVERLAP}) THEN
            RAISE EXCEPTION 'live seats of a person never overlap' USING ERRCODE = 'exclusion_violation';
        END IF;
    END IF;
    RETURN NEW; END $$""",
]


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        op.add_column("person", sa.Column("merged_into", TEXT, sa.ForeignKey("person.id"), nullable=True))
    else:  # SQLite adds a column that refers to another row only where the statement says so itself
        op.execute("ALTER TABLE person ADD COLUMN merged_into TEXT REFERENCES person (id)")
    op.create_index("person_merged", "person", ["merged_into"], sqlite_where=MERGED, postgresql_where=MERGED)
    op.create_table(
        "person_address",
        sa.Column("email", TEXT, primary_key=True, nullable=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_person_address_person_id", "person_address", ["person_id"])
    for statement in SQLITE_TRIGGERS if on_sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)
