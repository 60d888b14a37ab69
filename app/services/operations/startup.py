"""Start-up of every process: the newest schema, and rules to play by."""

from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlmodel import Session, select

from app.config import PROJECT, Settings, sentences
from app.db.database import Database, serialize
from app.domain.actor import Act, system
from app.errors import Malformed, RulesRefused
from app.models import RuleSet
from app.services.operations import schema, secrets
from app.services.rules import rule_sets

RULES_FILE_READER = system("rules file")
SHIPPED_RULES = PROJECT / "scoring_rules.toml"


def read_settings() -> Settings:
    """The environment's settings and a signing key that can be used, for every entry point alike.

    Raises Malformed with a sentence for each flaw.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise Malformed(" ".join(sentences(error))) from None
    secrets.check(settings)
    return settings


def prepare(database: Database, settings: Settings, now: datetime) -> None:
    """Migrate SQLite (PostgreSQL is migrated by command) and give a new database its first rules.

    Raises Unavailable for a database whose schema is not ours, or on PostgreSQL not the newest.
    """
    if database.on_sqlite and not schema.is_current(database):
        schema.migrate(database)
    schema.check(database)
    with database.reading() as session:
        has_rules = session.exec(select(RuleSet.id).limit(1)).first() is not None
    if not has_rules:
        with database.unit_of_work() as session:
            _seed(session, settings.rules_path, now)


def _seed(session: Session, path: Path, now: datetime) -> None:
    serialize(session)
    if session.exec(select(RuleSet.id).limit(1)).first() is not None:
        return
    if (text := read_text(path)) is None or rule_sets.read_file(session, text, Act(RULES_FILE_READER, now)) is None:
        text = SHIPPED_RULES.read_text(encoding="utf-8")
        rule_sets.activate(session, text, Act(system("start-up"), now), note="The rules this program ships with")


def read_text(path: Path) -> str | None:
    """The rules file's content, whatever its bytes; None where there is no such file."""
    try:
        # More than a rules file may have, so that the parser can say that it is too large, and less than memory feels.
        raw = path.read_bytes()[: 2**20]
    except OSError:
        return None
    try:
        return rule_sets.text_of(raw)
    except RulesRefused:
        return raw.decode("utf-8", errors="surrogateescape")  # the parser says that it is no text
