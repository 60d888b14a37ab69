"""Versions of the rules, and what others would do."""

from typing import Any

from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app import models
from app.services.exports.ledger_export import moment
from app.services.standings import previews
from app.web.documents.boards import Standing, standing_document
from app.web.documents.values import Moment


class RuleSet(TypedDict):
    """One version of the rules."""

    version: int
    sha256: str
    by: str
    at: Moment
    note: str
    text: str


def rule_set_document(row: models.RuleSet) -> RuleSet:
    """One version of the rules."""
    return {
        "version": row.id,
        "sha256": row.sha256,
        "by": row.by,
        "at": moment(row.at),
        "note": row.note,
        "text": row.text,
    }


class ActiveRules(RuleSet):
    """The active version, and why the rules file was rejected if it was."""

    file_errors: list[dict[str, Any]]


def active_rules_document(row: models.RuleSet, file_errors: list[dict[str, Any]]) -> ActiveRules:
    """The active version, and what is wrong with the rules file."""
    return {**rule_set_document(row), "file_errors": file_errors}


class WeekPreview(TypedDict):
    """One open week under the active rules and under the offered ones."""

    week: str
    name: str
    before: list[Standing]
    after: list[Standing]


class Preview(TypedDict):
    """A preview of other rules; `refused` says why they could not be activated, `changes` what differs, in words."""

    weeks: list[WeekPreview]
    refused: list[str]
    changes: list[str]


def preview_document(preview: previews.Preview) -> Preview:
    """The open weeks before and after, and why activation would be refused."""
    return {
        "weeks": [
            {
                "week": week.before.week,
                "name": week.before.name,
                "before": [standing_document(one) for one in week.before.standings],
                "after": [standing_document(one) for one in week.after.standings],
            }
            for week in preview.weeks
        ],
        "refused": preview.refused,
        "changes": preview.changes,
    }
