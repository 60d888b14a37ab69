"""`rules`: check a rules file, see its effect before it is applied, apply it, show what is and what was active."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, mistake_line, refusal_document
from app.cli.parameters import InputFile
from app.cli.place import command_act, reading, writing
from app.domain.rules import parse_rules
from app.errors import RulesRefused
from app.services import reasons
from app.services.exports.ledger_export import moment
from app.services.rules import history, rule_sets
from app.services.standings import previews
from app.services.standings.previews import WeekPreview
from app.web.documents import preview_document, rule_set_document

# More than a rules file may have, so that the parser can say that it is too large.
_MAX_BYTES = 1_048_576

group = typer.Typer(help="Check, preview and apply scoring rules; show the active ones.", no_args_is_help=True)


@command(group, "check")
def check(_voice: Voice, file: InputFile) -> Answer:
    """Check a rules file without applying it; every mistake with its line."""
    rules, mistakes = parse_rules(_text(file))
    if rules is not None:
        return Answer({"valid": True, "errors": []}, [f"{file}: these rules are valid."])
    errors = [rule_sets.as_error(mistake) for mistake in mistakes]
    count = rule_sets.count_of(mistakes)
    problem = RulesRefused(f"{file}: {count[0].lower()}{count[1:]}.", errors=errors)
    return Answer(refusal_document(problem), [mistake_line(error) for error in errors], refusal=problem.detail)


@command(group, "preview")
def preview(_voice: Voice, file: InputFile) -> Answer:
    """Show every open week's standings before and after, and what would keep the rules from being applied."""
    text = _text(file)
    with reading() as session:
        found = previews.preview(session, text, command_act())
    parts: list[str | Table] = [f"{change[:1].upper()}{change[1:]}" for change in found.changes]
    for week in found.weeks:
        parts += [f"{week.before.name} ({week.before.week})", _compared(week)]
    if not found.weeks:
        parts.append("The rules are valid. No week is open, so no board would change.")
    parts += [f"Would be refused: {sentence}" for sentence in found.refused]
    return Answer(preview_document(found), parts)


@command(group, "apply")
def apply(
    _voice: Voice,
    file: InputFile,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the version.")],
    version: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Refuse where another version than this one is active.")
    ] = None,
) -> Answer:
    """Make a rules file the active version; every open week is scored again."""
    note, text = reasons.require(note), _text(file)
    with writing() as session:
        rule_set = rule_sets.activate(session, text, command_act(), note=note, version=version)
    return Answer(rule_set_document(rule_set), [f"Version {rule_set.id} of the rules is active."])


@command(group, "show")
def show(_voice: Voice) -> Answer:
    """Show the active rules, and why the rules file was refused if it was."""
    with reading() as session:
        active, errors = rule_sets.active(session), rule_sets.file_errors(session)
    parts = [f"Version {active.id}, by {active.by}, {moment(active.at)}: {active.note}", "", active.text.rstrip("\n")]
    if errors:
        parts += ["", "The rules file has mistakes:", *(mistake_line(error) for error in errors)]
    return Answer(rule_set_document(active) | {"file_errors": errors}, parts)


@command(group, "history")
def list_versions(
    _voice: Voice,
    before: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Go on with the versions before this one.")
    ] = None,
) -> Answer:
    """List the versions of the rules, the newest first, with what each changed."""
    with reading() as session:
        versions, next_before = history.page(session, before)
    documents = [
        {
            "version": version.number,
            "by": version.by,
            "at": moment(version.at),
            "note": version.note,
            "changes": list(version.changes),
        }
        for version in versions
    ]
    parts: list[str | Table] = []
    for version in versions:
        parts.append(f"Version {version.number}, by {version.by}, {moment(version.at)}: {version.note}")
        parts += [f"  {change}" for change in version.changes]
    if next_before is not None:
        parts.append(f"Older ones: assembly-week rules history --before {next_before}")
    return Answer({"versions": documents, "next_before": next_before}, parts)


def _text(file: Path) -> str:
    """The file's text; what is no UTF-8 is left for the parser to report. Raises RulesRefused for what is no text."""
    with file.open("rb") as opened:
        return rule_sets.text_of(opened.read(_MAX_BYTES))


def _compared(each: WeekPreview) -> Table:
    before = {standing.team_id: standing for standing in each.before.standings}
    rows = [
        (
            f"{before[after.team_id].rank} → {after.rank}",
            after.team,
            before[after.team_id].points,
            after.points,
            f"{after.points - before[after.team_id].points:+d}",
        )
        for after in each.after.standings
    ]
    return Table(("rank", "team", "before", "after", "change"), rows)
