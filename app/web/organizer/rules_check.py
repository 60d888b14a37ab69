"""The check of a rules text on the organizers' desk: mistakes with their lines, or differences and the dry run."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.domain.rules import parse_rules
from app.domain.rules.limits import MAX_BYTES
from app.domain.text import merging
from app.domain.text.merging import DiffLine
from app.errors import NotFound
from app.models import RuleSet
from app.services.rules import editing, history, rule_sets
from app.services.rules.editing import Group
from app.services.rules.history import Version
from app.services.standings import previews
from app.services.standings.previews import DryRun


class MistakeLine(NamedTuple):
    """A mistake with the line of the text it is on."""

    line: int
    source: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A text as checked: its mistakes, or its differences from the active version and, where asked for, the dry run.

    `groups` are the fields of the form for common changes; `count` says how many mistakes there are.
    """

    mistakes: tuple[MistakeLine, ...] = ()
    count: str = ""
    is_active: bool = False
    changes: tuple[str, ...] = ()
    untold: int = 0
    groups: tuple[Group, ...] = ()
    run: DryRun | None = None

    @property
    def shown(self) -> str:
        """The fields of the form for common changes with their values, as JSON."""
        return json.dumps({setting.name: setting.value for group in self.groups for setting in group.settings})


def check(session: Session, text: str, active: RuleSet, now: datetime, *, with_run: bool) -> Checked:
    """Check a text against the active version; the dry run costs what the ledgers of the open weeks hold."""
    rules, mistakes = parse_rules(text)
    if rules is None:
        lines = text[:MAX_BYTES].split("\n")
        shown = (
            MistakeLine(each.line, lines[each.line - 1].strip()[:80] if each.line <= len(lines) else "", each.message)
            for each in mistakes
        )
        return Checked(tuple(shown), rule_sets.count_of(mistakes))
    groups = tuple(editing.groups(rules))
    if text == active.text:
        return Checked(is_active=True, groups=groups)
    changes, untold = history.told(active.text, text)
    run = previews.dry_run(session, text, now) if with_run else None
    return Checked(changes=changes, untold=untold, groups=groups, run=run)


@dataclass(frozen=True, slots=True)
class Theirs:
    """The version that somebody else activated meanwhile: what it changed, and its text against ours, line by line.

    `lines` is None where the texts are too long to be compared.
    """

    version: Version
    text: str
    lines: list[DiffLine] | None

    @classmethod
    def of(cls, session: Session, began: str, active: RuleSet, mine: str) -> "Theirs":
        """Compare the active version with the one somebody began with, and with their text."""
        try:
            before = history.numbered(session, int(began))
        except (NotFound, ValueError):
            before = None
        return cls(history.one(session, active, before), active.text, merging.compare(active.text, mine))
