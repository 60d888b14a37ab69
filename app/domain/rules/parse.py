"""From the text of a rules file to rules, or to every mistake in it."""

from app.domain.rules.document import read_document
from app.domain.rules.limits import DEFAULT_TEAM_SIZE, MAX_TEAM_SIZE
from app.domain.rules.metrics import Names
from app.domain.rules.model import BUILT_IN_KINDS, Mistake, Rules
from app.domain.rules.report import Report
from app.domain.rules.section import Section
from app.domain.rules.tables import read_bonus, read_kind, read_quest, read_ties, read_trophy
from app.domain.rules.values import same_name
from app.domain.rules.vocabulary import BONUS_KEYS, FORMAT, QUEST_KEYS, ROOT_KEYS, TEAM_KEYS, TROPHY_KEYS
from app.domain.rules.wording import Path, shown


def parse_rules(text: str) -> tuple[Rules | None, list[Mistake]]:
    """Parse a rules file: either rules and no mistakes, or no rules and every mistake, by line. Never raises.

    Of more than MAX_MISTAKES mistakes those are told, and a last one says how many there are besides.
    A text beyond a limit, or one that is no TOML, has that one mistake: what else is in it cannot be told.
    """
    document = read_document(text)
    if isinstance(document, Mistake):
        return None, [document]
    report = Report(document.outline)
    rules = _read_rules(Section(report, (), document.values, ROOT_KEYS))
    return (None, report.mistakes) if report.mistakes else (rules, [])


def _read_rules(root: Section) -> Rules:
    root.whole("format", FORMAT, FORMAT)
    size = _read_team_size(root)
    activities = root.table("activities", keys=None)
    _check_built_in_kinds(root, activities)
    bonuses = _named(root.tables("bonuses", BONUS_KEYS), "bonus")
    quests = _named(root.tables("quests", QUEST_KEYS), "quest")
    trophies = _named(root.tables("trophies", TROPHY_KEYS), "trophy")
    names = Names(_kind_names(root, activities), _bonus_names(root, bonuses))
    return Rules(
        kinds=tuple(read_kind(activities, kind) for kind in activities.keys) if activities else (),
        team_size=size,
        bonuses=tuple(read_bonus(bonus, name, names) for bonus, name in bonuses),
        quests=tuple(read_quest(quest, name, names, size) for quest, name in quests),
        ties=read_ties(root, names),
        trophies=tuple(read_trophy(trophy, name, names) for trophy, name in trophies),
    )


def _read_team_size(root: Section) -> int:
    team = root.table("team", TEAM_KEYS)
    size = team.whole_or_none("size", 1, MAX_TEAM_SIZE) if team else None
    return DEFAULT_TEAM_SIZE if size is None else size


def _check_built_in_kinds(root: Section, activities: Section | None) -> None:
    if activities is None and root.mentions("activities"):
        return
    kinds = activities.keys if activities else ()
    added = [kind for kind in kinds if kind not in BUILT_IN_KINDS]
    for kind in BUILT_IN_KINDS:
        if kind not in kinds:
            root.report.add_missing_kind(kind, added)


def _kind_names(root: Section, activities: Section | None) -> tuple[str, ...] | None:
    """Every kind there is, broken ones and missing built-in ones too: those are reported once, not at each use."""
    if activities is None and root.mentions("activities"):
        return None
    return tuple(dict.fromkeys((activities.keys if activities else ()) + BUILT_IN_KINDS))


def _bonus_names(root: Section, bonuses: list[tuple[Section, str]]) -> dict[str, str] | None:
    names = [name for _, name in bonuses]
    if "" in names or (not names and root.mentions("bonuses")):
        return None
    return {same_name(name): name for name in names}


def _named(sections: list[Section], what: str) -> list[tuple[Section, str]]:
    """Each section with its name, empty where that is wrong; of names that count as the same the later is a mistake."""
    taken: dict[str, Path] = {}
    named = []
    for section in sections:
        name = section.label("name")
        path = section.at("name")
        first = taken.setdefault(same_name(name), path) if name else path
        if first != path:
            line = section.report.line(first)
            section.report.add(path, f"The {what} on line {line} is named {shown(name)} too: choose another name.")
        named.append((section, name))
    return named
