"""Versions of the rules: the active one, what a week is scored by, activation."""

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app import metrics
from app.db.database import announce, serialize
from app.db.statements import Prepared
from app.domain.actor import Act
from app.domain.rules import ADJUSTMENT, ATTENDANCE, Mistake, Rules, parse_rules
from app.domain.rules.limits import MAX_MISTAKES
from app.domain.tables.decoding import NotText, decode
from app.domain.text.direction import apart
from app.errors import Conflict, RulesRefused, RulesUnfit
from app.events import RulesChanged
from app.models import LedgerEntry, RuleSet, RulesFile, Week
from app.services import reasons
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.scoring import scores
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

OWN = col(RuleSet.carried_by).is_(None)
"""Versions that were activated here, rather than brought by the archive of a week."""

_NEWEST = select(RuleSet).where(OWN).order_by(col(RuleSet.id).desc()).limit(1)


class NewerRules(Conflict):
    """Another version was activated after the one that a change of the rules began with."""

    title = "Someone else changed the rules"

    def __init__(self, newest: RuleSet) -> None:
        super().__init__(
            f"Not activated: {apart(newest.by)} activated version {newest.id} after you began. Compare the two, put "
            "what you want of theirs into your text, then activate it again.",
            code="stale",
            version=newest.id,
        )


def active(session: Session) -> RuleSet:
    """The active rule set; there is one since start-up."""
    return session.exec(_NEWEST).one()


def numbered(session: Session, rule_set_id: int | None) -> RuleSet:
    """A version that there is, or the active one (None)."""
    return active(session) if rule_set_id is None else session.get_one(RuleSet, rule_set_id)


def every(session: Session) -> list[RuleSet]:
    """All versions that were activated, newest first."""
    return list(session.exec(select(RuleSet).where(OWN).order_by(col(RuleSet.id).desc())))


def rules_of(session: Session, week: AnyWeek) -> Rules:
    """The rules a week is scored by: those it was closed with, else the active ones."""
    return rules_numbered(session, week.rule_set_id)


RULES_FILE = AuditTarget("rules", "file", "The rules file")
_VERSION = Prepared(select(RuleSet.id, RuleSet.sha256).where(RuleSet.id == bindparam("id")))
_ACTIVE = Prepared(select(RuleSet.id, RuleSet.sha256).where(OWN).order_by(col(RuleSet.id).desc()).limit(1))
# Parsed rules, kept for as long as the process runs: only texts that were activated get here, a few a day at most, and
# recording looks here every time. `valid` below keeps the last 64 for whoever has the text at hand.
_by_hash: dict[str, Rules] = {}


def rules_numbered(session: Session, rule_set_id: int | None) -> Rules:
    """The rules of a version, or of the active one (None); a text is read and parsed once in a process."""
    found = _ACTIVE.rows(session) if rule_set_id is None else _VERSION.rows(session, id=rule_set_id)
    [(number, digest)] = found
    if digest not in _by_hash:
        _by_hash[digest] = valid(session.exec(select(RuleSet.text).where(RuleSet.id == number)).one())
    return _by_hash[digest]


def of_versions(session: Session, rule_set_ids: Collection[int | None]) -> dict[int | None, Rules]:
    """The rules of several versions, by their numbers, in one query."""
    return {
        each.id: valid(each.text) for each in session.exec(select(RuleSet).where(col(RuleSet.id).in_(rule_set_ids)))
    }


def is_intact(session: Session, rule_set_id: int | None) -> bool:
    """Tell whether the text of a version, or of the active one (None), is the one that was activated."""
    rule_set = numbered(session, rule_set_id)
    return sha256(rule_set.text.encode()).hexdigest() == rule_set.sha256


def text_of(raw: bytes) -> str:
    """The text of a rules file; what is no UTF-8 stays for the parser to report. Raises RulesRefused for no text."""
    try:
        return decode(raw, "Save it as UTF-8 and send it again.")
    except NotText as problem:
        mistake = {"line": 1, "key": "", "message": problem.sentence}
        raise RulesRefused(f"Line 1: {problem.sentence}", errors=[mistake]) from None


def checked(text: str) -> Rules:
    """Parse a text somebody offers. Raises RulesRefused with every mistake, up to MAX_MISTAKES."""
    rules, mistakes = parse_rules(text)
    if rules is None:
        metrics.RULES_REJECTED.inc()
        raise RulesRefused(_summary(mistakes), errors=[as_error(mistake) for mistake in mistakes])
    return rules


def as_error(mistake: Mistake) -> dict[str, int | str]:
    """A mistake as the API shows it."""
    return {"line": mistake.line, "key": mistake.key, "message": mistake.message}


def _summary(mistakes: list[Mistake]) -> str:
    first = f"Line {mistakes[0].line}: {mistakes[0].message}"
    return first if len(mistakes) == 1 else f"{count_of(mistakes)}. The first is in l{first[1:]}"


def count_of(mistakes: list[Mistake]) -> str:
    """Count mistakes, as the beginning of a sentence; beyond a limit the last one counts those untold."""
    if len(mistakes) > MAX_MISTAKES:
        return f"More than {MAX_MISTAKES} mistakes"
    return "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"


@lru_cache(maxsize=64)
def valid(text: str) -> Rules:
    """Parse a text that was accepted before."""
    rules, mistakes = parse_rules(text)
    if rules is None:
        raise ValueError(f"an accepted rules text no longer parses: {_summary(mistakes)}")
    return rules


def activate(session: Session, text: str, act: Act, *, note: str, version: int | None = None) -> RuleSet:
    """Make a text the active version and score every week that follows it anew, all in this transaction.

    `version` is the number of the one it was made from, None where whoever activates it means to replace any. Raises
    NewerRules where that is not the active one any more, RulesRefused for a text with mistakes, RulesUnfit where a week
    cannot live with it, Malformed for the note.
    """
    rules, note = checked(text), reasons.welcome(note)
    serialize(session)
    if version is not None and (newest := active(session)).id != version:
        raise NewerRules(newest)
    followers = _lock_followers(session, act.now)
    if refusals := unfit(session, followers, rules):
        raise RulesUnfit(" ".join(refusals), refused=refusals)
    before = session.exec(_NEWEST).first()
    rule_set = RuleSet(text=text, sha256=sha256(text.encode()).hexdigest(), note=note, by=act.actor.name, at=act.now)
    session.add(rule_set)
    session.flush()
    for week in followers:
        scores.rebuild(session, week, rules)
        weeks.bump_version(session, week)
    announce(session, RulesChanged(rule_set.id))
    _note(session, before, rule_set, act)
    return rule_set


def _note(session: Session, before: RuleSet | None, after: RuleSet, act: Act) -> None:
    audit_target = AuditTarget("rules", str(after.id), f"Version {after.id}")
    replaced = {"version": before.id, "sha256": before.sha256} if before else None
    details = {"version": after.id, "sha256": after.sha256, "note": after.note}
    audit.note(session, "rules.activated", audit_target, act, before=replaced, after=details)


def _lock_followers(session: Session, now: datetime) -> list[Week]:
    """Every week that is not closed, and so follows the active rules: drafts too, for they have teams and a board.

    Rehearsals keep the rules they began with.
    """
    query = select(Week.slug).where(col(Week.removed_at).is_(None), weeks.IS_REAL)
    slugs = session.exec(query.order_by(col(Week.id))).all()
    return [week for week in (weeks.lock(session, slug, now) for slug in slugs) if week.state != "closed"]


def unfit(session: Session, followers: list[Week], rules: Rules) -> list[str]:
    """List what in these weeks the rules do not fit, a sentence each."""
    return [sentence for week in followers for sentence in week_refusals(session, week, rules)]


def week_refusals(session: Session, week: Week, rules: Rules) -> list[str]:
    """Kinds the week uses that the rules drop, and teams larger than they allow."""
    used = session.exec(select(LedgerEntry.kind).where(LedgerEntry.week_id == week.id).distinct()).all()
    found = [
        f"Week {apart(week.name)} has activities of the kind “{kind}”: keep [activities.{kind}]."
        for kind in sorted(set(used) - {ADJUSTMENT, ATTENDANCE} - set(rules.kind_by_name))
    ]
    return found + teams.oversized(session, week, rules.team_size)


def read_file(session: Session, text: str, act: Act) -> RuleSet | None:
    """Take the rules file's content: new content becomes the active version, or is refused and remembered.

    Compared with the content last read from the file, so a restart undoes nothing activated elsewhere.
    """
    digest = sha256(text.encode(errors="surrogateescape")).hexdigest()
    serialize(session)
    last = session.get(RulesFile, 1)
    if last is not None and last.sha256 == digest:
        return None
    record = last or RulesFile(sha256="", at=act.now)
    record.sha256, record.at, record.refusal = digest, act.now, None
    rule_set = None
    try:
        rule_set = activate(session, text, act, note="Read from the rules file")
    except (RulesRefused, RulesUnfit) as problem:
        errors = problem.extra.get("errors") or [
            {"line": 1, "key": "", "message": sentence} for sentence in problem.extra["refused"]
        ]
        record.refusal = json.dumps(errors)
        audit.note(session, "rules.refused", RULES_FILE, act, after={"errors": errors})
    session.add(record)
    session.flush()
    return rule_set


def file_errors(session: Session) -> list[dict[str, int | str]]:
    """The mistakes for which the rules file was refused as it stands; empty when it was not."""
    record = session.get(RulesFile, 1)
    return list(json.loads(record.refusal)) if record and record.refusal else []
