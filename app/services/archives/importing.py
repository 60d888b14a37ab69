"""Import an archive: the week as it was, with the people who are here, in one transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import groupby, islice
from typing import IO, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.db.bulk import BulkInsert
from app.db.database import announce, serialize
from app.domain.actor import Act
from app.domain.draft import SHIFTS_SOURCE
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, Problem
from app.events import WeekChanged
from app.models import LedgerEntry, Person, PersonAddress, RuleSet, WebhookProgress, Week
from app.models.columns import new_id
from app.services.archives import carried, checks, container, matching
from app.services.archives.checks import Checked
from app.services.archives.container import FROM_A_FILE, Limits, Row
from app.services.archives.exporting import board_document
from app.services.archives.matching import Matched
from app.services.intake import deliveries
from app.services.people import newcomers
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.shifts import reminders, shifts, timetable
from app.services.standings import boards, verification
from app.services.weeks import week_fields, weeks

CHUNK = 1_000
_REMOVED = "removed\n"


class Imported(NamedTuple):
    """A week that was imported: how many people are new, and how many were here; the rows of each table."""

    week: Week
    new_people: int
    known_people: int
    counts: dict[str, int]


def bring_in(
    session: Session, file: IO[bytes], act: Act, *, slug: str = "", limits: Limits = FROM_A_FILE,
    checked: Checked | None = None, progress: Callable[[int], None] = lambda _: None,
) -> Imported:  # fmt: skip
    """Import an archive, under its own slug or another one; `checked` where it was looked at before.

    Raises Malformed for an archive that is not sound, Conflict where it does not fit what is here; then nothing is.
    """
    checked = checked or checks.check(file, limits)
    slug = week_fields.check_slug(slug or checked.week["slug"])
    serialize(session)
    if session.execute(select(col(Week.id)).where(col(Week.slug) == slug)).first() is not None:
        raise Conflict(f"There’s already a week “{slug}”. Import it under another slug, such as {slug[:36]}-2.")
    matched = matching.match(session, checked)
    try:
        week = _Import(session, checked, matched, act, slug).run(container.lines(file, limits), progress)
    except IntegrityError as error:
        raise _refusal(str(error.orig)) from error
    _finish(session, week, checked, matched, act)
    themselves = [person_id for person_id, row in checked.people.items() if row["merged_into"] is None]
    known = len(matched.known)
    return Imported(week, len(themselves) - known, known, dict(checked.counts))


def _refusal(said: str) -> Problem:
    if "overlap" in said:
        return Conflict(
            "A person of this week has another shift at the same time here. Free one of the two, then import again."
        )
    return Malformed(f"This archive doesn’t fit together: {said.partition(chr(10))[0][:200]}. Export the week again.")


class _Import:
    """The rows of an archive on their way into the database."""

    def __init__(self, session: Session, checked: Checked, matched: Matched, act: Act, slug: str) -> None:
        self._session, self._checked, self._act, self._slug = session, checked, act, slug
        self._maps: dict[str, dict[Any, Any]] = {**matched.ids, "rule_set": {}, "activity": {}}
        self._known, self._is_anew = matched.known, matched.taken
        self._week_id = 0

    def run(self, lines: Iterator[Row], progress: Callable[[int], None]) -> Week:
        """Make the rows."""
        next(lines)
        for table, group in groupby(checks.rows(lines), key=lambda pair: pair[0]):
            rows = (row for _, row in group)
            while chunk := list(islice(rows, CHUNK)):
                self._make(table, chunk)
                progress(len(chunk))
        return weeks.find_by_id(self._session, self._week_id)

    def _make(self, table: str, rows: list[Row]) -> None:
        match table:
            case "week":
                self._make_week(rows[0])
            case "rule_set":
                self._make_rules(rows)
            case "person":
                self._make_people(rows)
            case "activity":
                self._make_activities(rows)
            case _:
                self._insert(table, [self._mapped(table, row) for row in rows])

    def _make_week(self, row: Row) -> None:
        """Without what refers to rules, which are made next and say which week brought them."""
        later = {"rule_set_id": None, "frozen_rule_set_id": None}
        week = Week(**{**row, **later, "slug": self._slug, **self._frozen(row)})
        self._session.add(week)
        self._session.flush()
        self._week_id = week.id

    def _frozen(self, row: Row) -> dict[str, str]:
        if row["frozen_board"] is None:
            return {}
        board, shown = json.loads(row["frozen_board"]), json.loads(row["frozen_names"])
        try:
            board["week"] = self._slug
            for standing in board["standings"]:
                standing["team_id"] = self._maps["team"][standing["team_id"]]
            named = {self._maps["person"][person_id]: str(name) for person_id, name in shown.items()}
            is_sound = board["state"] == "open" and not any(map(names.flaw, named.values()))
        except (LookupError, TypeError):
            is_sound = False
        if not is_sound:
            raise Malformed("This archive’s frozen board can’t be read, or names teams or people that aren’t in it.")
        return {"frozen_board": json.dumps(board, ensure_ascii=False), "frozen_names": json.dumps(named)}

    def _make_rules(self, rows: Iterable[Row]) -> None:
        numbers = self._maps["rule_set"]
        for row in rows:
            version = RuleSet(**{
                **row, "id": None, "sha256": sha256(row["text"].encode()).hexdigest(), "carried_by": self._week_id,
            })  # fmt: skip
            self._session.add(version)
            self._session.flush()
            numbers[row["id"]] = version.id
        week = weeks.find_by_id(self._session, self._week_id)
        for name in ("rule_set_id", "frozen_rule_set_id"):
            if (number := self._checked.week[name]) is not None:
                setattr(week, name, numbers.get(number))
        self._session.add(week)
        self._session.flush()

    def _make_people(self, rows: Iterable[Row]) -> None:
        """Those who are here keep name and role; the others become players, who can sign in as others do."""
        new = [row for row in rows if row["id"] not in self._known]
        fresh = [self._person(row) for row in new]
        self._session.add_all(fresh)
        self._session.flush()
        self._session.add_all(
            PersonAddress(email=email, person_id=person.id, added_at=self._act.now, added_by=self._act.actor.name)
            for person, row in zip(fresh, new, strict=True)
            for email in row["emails"][1:]
        )
        self._session.flush()
        if emails := [person.email for person in fresh if person.removed_at is None]:
            newcomers.welcome(self._session, emails)

    def _person(self, row: Row) -> Person:
        person_id = self._maps["person"][row["id"]]
        emails = row["emails"]
        values = {name: value for name, value in row.items() if name not in {"emails", "id"}}
        values["merged_into"] = self._maps["person"].get(row["merged_into"])
        if not emails:
            gone = row["removed_at"] or self._act.now
            values |= {"removed_at": gone, "disabled_at": row["disabled_at"] or gone}
            return Person(id=person_id, email=f"{_REMOVED}{person_id}", **values)
        return Person(id=person_id, email=emails[0], **{**values, "removed_at": None})

    def _make_activities(self, rows: list[Row]) -> None:
        made = []
        for row in rows:
            values = self._mapped("activity", row)
            del values["seq"]
            if self._is_anew:
                values["id"] = new_id()
            if row["source"] == SHIFTS_SOURCE:
                values["external_id"] = self._shift_key(row["external_id"])
            made.append(values)
        self._insert("activity", made)
        ids = {values["id"]: row["seq"] for values, row in zip(made, rows, strict=True)}
        query = select(col(LedgerEntry.id), col(LedgerEntry.seq)).where(col(LedgerEntry.id).in_(ids))
        self._maps["activity"] |= {ids[id_]: seq for id_, seq in self._session.execute(query)}

    def _shift_key(self, key: str) -> str:
        shift_id, _, seat_id = key.partition("/")
        try:
            return f"{self._maps['shift'][shift_id]}/{self._maps['seat'][seat_id]}"
        except KeyError:
            raise Malformed("This archive has a completed shift without its seat. Export the week again.") from None

    def _mapped(self, table: str, row: Mapping[str, Any]) -> Row:
        """A row with the ids there are here."""
        values = dict(row)
        for name, target in checks.references_of(table):
            if values[name] is not None:
                values[name] = self._maps[target][values[name]]
        if table in self._maps and "id" in values and table != "activity":
            values["id"] = self._maps[table][values["id"]]
        elif table == "guestbook_entry" and self._is_anew:
            values["id"] = new_id()
        return values

    def _insert(self, table: str, rows: list[Row]) -> None:
        model = carried.BY_NAME[table].model
        if "week_id" in model.model_fields:
            rows = [{**row, "week_id": self._week_id} for row in rows]
        if table == "shift":
            rows = [{**row, "taken": 0} for row in rows]  # triggers count the seats
        if rows:
            BulkInsert(model, tuple(rows[0])).run(self._session, rows)


def _finish(session: Session, week: Week, checked: Checked, matched: Matched, act: Act) -> None:
    """Score the week, prove that it is the one that was exported, and let it go on here."""
    _check_board(session, week, checked, matched, act)
    if differences := verification.verify(session, week, act.now):
        raise Malformed(f"This archive doesn’t verify: {differences[0]} Nothing was imported.")
    last = session.execute(
        select(col(LedgerEntry.seq))
        .where(col(LedgerEntry.week_id) == week.id)
        .order_by(col(LedgerEntry.seq).desc())
        .limit(1)
    ).scalar()
    # Nothing of it is news for webhooks.
    session.add(WebhookProgress(
        week_id=week.id, seq=last or 0, version=week.version, standings_version=week.version, standings_at=act.now,
    ))  # fmt: skip
    if week.state == "open":
        deliveries.requeue_outside(session)
        every = shifts.of_week(session, week)
        timetable.plan_overdue(session, week, every, act.now)
        reminders.plan_missed(session, every, act.now)
    weeks.note(session, week, "imported", act)
    announce(session, WeekChanged(week.slug, week.version))
    session.flush()


def _check_board(session: Session, week: Week, checked: Checked, matched: Matched, act: Act) -> None:
    rules = rule_sets.rules_of(session, week)
    unfit = rule_sets.week_refusals(session, week, rules)
    if not unfit:
        scores.rebuild(session, week, rules)
        session.flush()
        theirs = {ours: there for there, ours in matched.ids["team"].items()}
        board = board_document(boards.live(session, week, act.now), theirs)
    if week.state == "draft" and not unfit:
        return
    if unfit or board != checked.header["board"]:
        if week.state == "closed":
            raise Malformed("This archive’s board doesn’t follow from its ledger and rules. Export the week again.")
        raise Conflict(
            f"{apart(week.name)} would have another board here, because its rules aren’t the active ones. Take them "
            "out of the archive with `assembly-week archive rules FILE --out rules.toml` and activate them with "
            "`assembly-week rules apply rules.toml --note TEXT`, or close the week and export it again."
        )
