"""Rehearsals of weeks: marked for good, with a clock and people of their own; their rows alone may be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
STANDS_IN = sa.text("rehearsal_id IS NOT NULL")

OF_WEEK = "SELECT 1 FROM week WHERE week.rehearsal_of IS NOT NULL AND week.id = "
OF_ACTIVITY = "(SELECT week_id FROM activity WHERE seq = OLD.activity_seq)"
OF_SHIFT = "(SELECT week_id FROM shift WHERE id = OLD.shift_id)"
OF_SEAT = "(SELECT shift.week_id FROM shift JOIN seat ON seat.shift_id = shift.id WHERE seat.id = OLD.seat_id)"
WEEK_OF = {
    "activity": "OLD.week_id", "membership": "OLD.week_id", "week_event": "OLD.week_id", "reversal": OF_ACTIVITY,
    "timing": OF_ACTIVITY, "seat": OF_SHIFT, "seat_change": OF_SEAT,
}  # fmt: skip
"""The tables whose rows stay, and the week of a row of each."""

MARKED = "a week is marked as a rehearsal when it is created, and never again"

STAYS = "weeks are never deleted"


def refusal_of(table: str) -> str:
    """The words in which earlier migrations refuse a deletion."""
    if table == "seat":
        return "seats are never deleted"
    return f"{table} only grows" + ("" if table == "seat_change" else ": its rows are never changed or deleted")


def sqlite_triggers() -> list[str]:
    """Replace the triggers of DELETE by ones that look at the week, and keep marks and marked weeks as they are."""
    statements = []
    for table, week in WEEK_OF.items():
        statements += [
            f"DROP TRIGGER {table}_no_delete",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT EXISTS ({OF_WEEK}{week})"
            f" BEGIN SELECT RAISE(ABORT, '{refusal_of(table)}'); END",
        ]
    return [
        *statements,
        "CREATE TRIGGER week_marked BEFORE UPDATE OF id, rehearsal_of ON week"
        " WHEN NEW.id <> OLD.id OR NEW.rehearsal_of IS NOT OLD.rehearsal_of"
        f" BEGIN SELECT RAISE(ABORT, '{MARKED}'); END",
        # REPLACE deletes without asking the triggers of DELETE, and would bring the same week back with a mark.
        "CREATE TRIGGER week_no_replace BEFORE INSERT ON week"
        " WHEN EXISTS (SELECT 1 FROM week WHERE id = NEW.id OR slug = NEW.slug)"
        " BEGIN SELECT RAISE(ABORT, 'there is such a week already'); END",
        "CREATE TRIGGER week_no_delete BEFORE DELETE ON week WHEN OLD.rehearsal_of IS NULL"
        f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END",
        "CREATE TRIGGER person_marked BEFORE UPDATE OF rehearsal_id ON person"
        " WHEN NEW.rehearsal_id IS NOT OLD.rehearsal_id"
        " BEGIN SELECT RAISE(ABORT, 'a stand-in stays one, and nobody becomes one'); END",
    ]


def postgresql_triggers() -> list[str]:
    """The same; what forbids changes and emptying a whole table stays, a statement at a time."""
    statements = []
    for table, week in WEEK_OF.items():
        if table != "seat":
            statements += [
                f"DROP TRIGGER {table}_grows_only ON {table}",
                f"CREATE TRIGGER {table}_grows_only BEFORE UPDATE OR TRUNCATE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_grows_only()",
            ]
        statements += [
            f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT EXISTS ({OF_WEEK}{week}) THEN"
            f" RAISE EXCEPTION '{refusal_of(table)}' USING ERRCODE = 'restrict_violation'; END IF;"
            " RETURN OLD; END $$",
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stays()",
        ]
    return [
        *statements,
        "DROP TRIGGER seat_guard ON seat",
        "CREATE TRIGGER seat_guard BEFORE INSERT OR UPDATE ON seat FOR EACH ROW EXECUTE FUNCTION seat_guard()",
        "CREATE FUNCTION week_marked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{MARKED}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER week_marked BEFORE UPDATE ON week FOR EACH ROW"
        " WHEN (NEW.id <> OLD.id OR NEW.rehearsal_of IS DISTINCT FROM OLD.rehearsal_of)"
        " EXECUTE FUNCTION week_marked()",
        "CREATE FUNCTION week_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{STAYS}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER week_stays BEFORE DELETE ON week FOR EACH ROW"
        " WHEN (OLD.rehearsal_of IS NULL) EXECUTE FUNCTION week_stays()",
        "CREATE FUNCTION person_marked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'a stand-in stays one, and nobody becomes one' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER person_marked BEFORE UPDATE ON person FOR EACH ROW"
        " WHEN (NEW.rehearsal_id IS DISTINCT FROM OLD.rehearsal_id) EXECUTE FUNCTION person_marked()",
    ]


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if on_sqlite:  # it adds a column that refers to another row only where the statement says so itself
        op.execute("ALTER TABLE week ADD COLUMN rehearsal_of INTEGER REFERENCES week (id)")
        op.execute("ALTER TABLE person ADD COLUMN rehearsal_id INTEGER REFERENCES week (id)")
    else:
        op.add_column("week", sa.Column("rehearsal_of", WHOLE, sa.ForeignKey("week.id"), nullable=True))
        op.add_column("person", sa.Column("rehearsal_id", WHOLE, sa.ForeignKey("week.id"), nullable=True))
    op.add_column("week", sa.Column("rehearsal_now", INSTANT, nullable=True))
    op.create_index("person_stand_in", "person", ["rehearsal_id"], sqlite_where=STANDS_IN, postgresql_where=STANDS_IN)
    for statement in sqlite_triggers() if on_sqlite else postgresql_triggers():
        op.execute(statement)
