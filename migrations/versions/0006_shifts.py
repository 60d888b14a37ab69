"""Shifts: slots of a week and their seats, with triggers that let nobody be overbooked or in two places at once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")

LIVE = "('signed_up', 'checked_in', 'completed')"
IS_LIVE = sa.text("state IN ('signed_up', 'checked_in', 'completed')")
WAITS = sa.text("state = 'waiting'")
STANDS = sa.text("state IN ('open', 'pending')")


def required(name: str, kind: sa.types.TypeEngine, *constraints: sa.ForeignKey, **options: bool) -> sa.Column:
    return sa.Column(name, kind, *constraints, nullable=False, **options)


def optional(name: str, kind: sa.types.TypeEngine, *constraints: sa.ForeignKey) -> sa.Column:
    return sa.Column(name, kind, *constraints, nullable=True)


def upgrade() -> None:
    make_shifts()
    make_seats()
    make_waiting_and_offers()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if on_sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def make_shifts() -> None:
    op.create_table(
        "shift_settings",
        required("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, autoincrement=False),
        required("needs_team", WHOLE),
        optional("opens_at", INSTANT),
        required("leave_until_h", WHOLE),
        required("completes", TEXT),
        required("early_before", TEXT),
        optional("early_per_team", WHOLE),
        optional("first_round", WHOLE),
        required("approve_covers", WHOLE),
        sa.CheckConstraint("needs_team IN (0, 1) AND approve_covers IN (0, 1)", name="shift_settings_flags"),
        sa.CheckConstraint("completes IN ('itself', 'person', 'organizer')", name="shift_settings_completes"),
        sqlite_strict=True,
    )
    op.create_table(
        "shift",
        required("id", TEXT, primary_key=True),
        required("week_id", WHOLE, sa.ForeignKey("week.id")),
        required("starts_at", INSTANT),
        required("ends_at", INSTANT),
        required("local_date", DAY),
        required("local_from", TEXT),
        required("local_until", TEXT),
        required("zone", TEXT),
        required("seats", WHOLE),
        required("needed", WHOLE),
        required("taken", WHOLE),
        required("label", TEXT),
        required("place", TEXT),
        optional("link", TEXT),
        required("version", WHOLE),
        required("created_at", INSTANT),
        required("created_by", TEXT),
        optional("cancelled_at", INSTANT),
        sa.CheckConstraint("starts_at < ends_at", name="shift_span"),
        sa.CheckConstraint("seats BETWEEN 1 AND 1000 AND needed BETWEEN 0 AND seats", name="shift_seats"),
        sa.CheckConstraint("taken BETWEEN 0 AND seats", name="shift_not_overbooked"),
        sqlite_strict=True,
    )
    op.create_index("shift_in_week", "shift", ["week_id", "starts_at", "id"])


def make_seats() -> None:
    op.create_table(
        "seat",
        required("id", TEXT, primary_key=True),
        required("shift_id", TEXT, sa.ForeignKey("shift.id")),
        required("person_id", TEXT, sa.ForeignKey("person.id")),
        required("state", TEXT),
        required("origin", TEXT),
        optional("giver_id", TEXT, sa.ForeignKey("seat.id")),
        required("signed_up_at", INSTANT),
        optional("checked_in_at", INSTANT),
        sa.CheckConstraint(
            "state IN ('signed_up', 'checked_in', 'completed', 'no_show', 'cancelled', 'covered')", name="seat_state"
        ),
        sa.CheckConstraint("origin IN ('own', 'waiting', 'cover')", name="seat_origin"),
        sqlite_strict=True,
    )
    once = {"unique": True, "sqlite_where": IS_LIVE, "postgresql_where": IS_LIVE}
    op.create_index("seat_once", "seat", ["shift_id", "person_id"], **once)
    op.create_index("seat_of_person", "seat", ["person_id"], sqlite_where=IS_LIVE, postgresql_where=IS_LIVE)
    op.create_index("seat_of_shift", "seat", ["shift_id", "signed_up_at"])
    op.create_table(
        "seat_change",
        required("id", WHOLE, primary_key=True),
        required("seat_id", TEXT, sa.ForeignKey("seat.id")),
        optional("before", TEXT),
        required("after", TEXT),
        optional("reason", TEXT),
        required("changed_by", TEXT),
        required("changed_at", INSTANT),
        sqlite_strict=True,
    )
    op.create_index("ix_seat_change_seat_id", "seat_change", ["seat_id"])
    op.create_table(
        "shift_credit",
        required("shift_id", TEXT, sa.ForeignKey("shift.id"), primary_key=True),
        required("team_id", TEXT, sa.ForeignKey("team.id"), primary_key=True),
        required("seat_id", TEXT, sa.ForeignKey("seat.id")),
        sa.UniqueConstraint("seat_id", name="shift_credit_seat"),
        sqlite_strict=True,
    )


def make_waiting_and_offers() -> None:
    op.create_table(
        "waiting_entry",
        required("id", WHOLE, primary_key=True),
        required("shift_id", TEXT, sa.ForeignKey("shift.id")),
        required("person_id", TEXT, sa.ForeignKey("person.id")),
        required("state", TEXT),
        required("joined_at", INSTANT),
        optional("ended_at", INSTANT),
        sa.CheckConstraint("state IN ('waiting', 'promoted', 'left', 'expired')", name="waiting_entry_state"),
        sqlite_strict=True,
    )
    waits = {"unique": True, "sqlite_where": WAITS, "postgresql_where": WAITS}
    op.create_index("waiting_once", "waiting_entry", ["shift_id", "person_id"], **waits)
    op.create_table(
        "seat_offer",
        required("id", WHOLE, primary_key=True),
        required("seat_id", TEXT, sa.ForeignKey("seat.id")),
        required("audience", TEXT),
        optional("person_id", TEXT, sa.ForeignKey("person.id")),
        required("state", TEXT),
        optional("taker_id", TEXT, sa.ForeignKey("person.id")),
        required("offered_by", TEXT),
        required("offered_at", INSTANT),
        optional("ended_at", INSTANT),
        sa.CheckConstraint("audience IN ('everyone', 'team', 'person')", name="seat_offer_audience"),
        sa.CheckConstraint("(audience = 'person') = (person_id IS NOT NULL)", name="seat_offer_person"),
        sa.CheckConstraint("state IN ('open', 'pending', 'accepted', 'withdrawn', 'expired')", name="seat_offer_state"),
        sqlite_strict=True,
    )
    stands = {"unique": True, "sqlite_where": STANDS, "postgresql_where": STANDS}
    op.create_index("seat_offer_once", "seat_offer", ["seat_id"], **stands)


# Another live seat of the same person whose shift overlaps the one given.
OVERLAP = f"""
    SELECT 1 FROM seat other JOIN shift theirs ON theirs.id = other.shift_id JOIN shift mine ON mine.id = {{shift}}
    WHERE other.person_id = {{person}} AND other.state IN {LIVE} AND theirs.id <> mine.id
    AND theirs.starts_at < mine.ends_at AND mine.starts_at < theirs.ends_at"""  # noqa: S608 (our own words)
OF_SEAT = OVERLAP.format(shift="NEW.shift_id", person="NEW.person_id")
OF_SHIFT = f"SELECT 1 FROM seat held WHERE held.shift_id = NEW.id AND held.state IN {LIVE} AND EXISTS ({{0}})".format(  # noqa: S608
    OVERLAP.format(shift="NEW.id", person="held.person_id")
)
COUNT = f"taken + CASE WHEN NEW.state IN {LIVE} THEN 1 ELSE -1 END"

SQLITE_TRIGGERS = [
    f"CREATE TRIGGER seat_overlap_insert BEFORE INSERT ON seat WHEN NEW.state IN {LIVE} AND EXISTS ({OF_SEAT})"
    " BEGIN SELECT RAISE(ABORT, 'live seats of a person never overlap'); END",
    f"CREATE TRIGGER seat_overlap_update BEFORE UPDATE OF state ON seat WHEN NEW.state IN {LIVE} AND EXISTS ({OF_SEAT})"
    " BEGIN SELECT RAISE(ABORT, 'live seats of a person never overlap'); END",
    f"CREATE TRIGGER shift_overlap AFTER UPDATE OF starts_at, ends_at ON shift WHEN EXISTS ({OF_SHIFT})"
    " BEGIN SELECT RAISE(ABORT, 'live seats of a person never overlap'); END",
    "CREATE TRIGGER seat_stays BEFORE UPDATE OF id, shift_id, person_id ON seat"
    " WHEN NEW.id <> OLD.id OR NEW.shift_id <> OLD.shift_id OR NEW.person_id <> OLD.person_id"
    " BEGIN SELECT RAISE(ABORT, 'a seat stays its person''s'); END",
    "CREATE TRIGGER seat_no_delete BEFORE DELETE ON seat BEGIN SELECT RAISE(ABORT, 'seats are never deleted'); END",
    # REPLACE deletes without asking the triggers of DELETE.
    "CREATE TRIGGER seat_no_replace BEFORE INSERT ON seat"  # noqa: S608 (our own words)
    " WHEN EXISTS (SELECT 1 FROM seat WHERE id = NEW.id OR ("
    f"shift_id = NEW.shift_id AND person_id = NEW.person_id AND state IN {LIVE} AND NEW.state IN {LIVE}))"
    " BEGIN SELECT RAISE(ABORT, 'a person has one live seat of a shift'); END",
    f"CREATE TRIGGER seat_taken_insert AFTER INSERT ON seat WHEN NEW.state IN {LIVE}"  # noqa: S608
    " BEGIN UPDATE shift SET taken = taken + 1 WHERE id = NEW.shift_id; END",
    f"CREATE TRIGGER seat_taken_update AFTER UPDATE OF state ON seat"  # noqa: S608
    f" WHEN (NEW.state IN {LIVE}) <> (OLD.state IN {LIVE})"
    f" BEGIN UPDATE shift SET taken = {COUNT} WHERE id = NEW.shift_id; END",
    "CREATE TRIGGER seat_change_no_update BEFORE UPDATE ON seat_change"
    " BEGIN SELECT RAISE(ABORT, 'seat_change only grows'); END",
    "CREATE TRIGGER seat_change_no_delete BEFORE DELETE ON seat_change"
    " BEGIN SELECT RAISE(ABORT, 'seat_change only grows'); END",
    "CREATE TRIGGER seat_change_no_replace BEFORE INSERT ON seat_change"
    " WHEN EXISTS (SELECT 1 FROM seat_change WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'seat_change only grows'); END",
]

# The person's row is locked first, or two transactions would not see each other's seat. NO KEY: rows that merely
# refer to the person may come in meanwhile.
POSTGRESQL_TRIGGERS = [
    f"""CREATE FUNCTION seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'seats are never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.shift_id <> OLD.shift_id OR NEW.person_id <> OLD.person_id) THEN
        RAISE EXCEPTION 'a seat stays its person''s' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state IN {LIVE} THEN
        PERFORM 1 FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
        IF EXISTS ({OF_SEAT}) THEN
            RAISE EXCEPTION 'live seats of a person never overlap' USING ERRCODE = 'exclusion_violation';
        END IF;
    END IF;
    RETURN NEW; END $$""",
    "CREATE TRIGGER seat_guard BEFORE INSERT OR UPDATE OR DELETE ON seat FOR EACH ROW EXECUTE FUNCTION seat_guard()",
    f"""CREATE FUNCTION shift_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM 1 FROM person WHERE id IN (SELECT person_id FROM seat WHERE shift_id = NEW.id AND state IN {LIVE})
        ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS ({OF_SHIFT}) THEN
        RAISE EXCEPTION 'live seats of a person never overlap' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL; END $$""",  # noqa: S608
    "CREATE TRIGGER shift_guard AFTER UPDATE OF starts_at, ends_at ON shift"
    " FOR EACH ROW EXECUTE FUNCTION shift_guard()",
    f"""CREATE FUNCTION seat_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (NEW.state IN {LIVE}) <> (TG_OP = 'UPDATE' AND OLD.state IN {LIVE}) THEN
        UPDATE shift SET taken = {COUNT} WHERE id = NEW.shift_id;
    END IF;
    RETURN NULL; END $$""",  # noqa: S608
    "CREATE TRIGGER seat_count AFTER INSERT OR UPDATE OF state ON seat FOR EACH ROW EXECUTE FUNCTION seat_count()",
    "CREATE FUNCTION seat_change_grows_only() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'seat_change only grows' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER seat_change_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seat_change"
    " FOR EACH STATEMENT EXECUTE FUNCTION seat_change_grows_only()",
]
