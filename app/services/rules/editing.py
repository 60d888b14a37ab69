"""The common changes of a rules text by a form: points, caps and windows; comments and layout stay (tomlkit)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from app.domain.rules import Bonus, Cap, Kind, Rules, parse_rules
from app.domain.rules.vocabulary import CAP_SCOPES
from app.domain.wording import kind_title
from app.errors import Malformed
from app.services.rules import rule_sets

MOST = 72
"""Fields of the form: as many as a form may have besides the others (`csrf.MAX_FIELDS`)."""
NOT_NOW = "This can’t be changed here: change it in the text below."
_WHOLE = "Enter a whole number, such as 10."
_NO_CAP = "Enter a number, too: without one there’s no cap."


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that can be changed: `name` is its field, `label` what it is of its group, `value` as typed."""

    name: str
    label: str
    value: str
    sort: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one kind, bonus or quest."""

    title: str
    settings: tuple[Setting, ...]


def groups(rules: Rules) -> list[Group]:
    """The values of rules that the form changes, up to MOST of them: whole groups, in the order of the text."""
    found: list[Group] = []
    for group in _groups(rules):
        if sum(len(each.settings) for each in found) + len(group.settings) > MOST:
            break
        found.append(group)
    return found


def _groups(rules: Rules) -> Iterator[Group]:
    for kind in rules.kinds:
        yield Group(
            kind_title(kind.name, rules), (_number(kind, "points", "Points", kind.points), *_cap(kind, kind.cap))
        )
    for bonus in rules.bonuses:
        yield Group(f"Bonus: {bonus.name}", tuple(_of_bonus(bonus)))
    for quest in rules.quests:
        yield Group(
            f"Quest: {quest.name}", (Setting(f"quests:{quest.name}:points", "Points", str(quest.points), "number"),)
        )


def _number(owner: Kind | Bonus, key: str, label: str, value: int | None) -> Setting:
    return Setting(_field(owner, key), label, "" if value is None else str(value), "number")


def _field(owner: Kind | Bonus, key: str) -> str:
    section = "activities" if isinstance(owner, Kind) else "bonuses"
    return f"{section}:{owner.name}:{key}"


def _cap(owner: Kind | Bonus, cap: Cap | None) -> tuple[Setting, Setting]:
    return (
        Setting(_field(owner, "cap.max"), "Cap", str(cap.max) if cap else "", "cap"),
        Setting(_field(owner, "cap.per"), "Cap per", cap.per if cap else CAP_SCOPES[0], "choice", tuple(CAP_SCOPES)),
    )


def _of_bonus(bonus: Bonus) -> Iterator[Setting]:
    if bonus.times:
        yield _number(bonus, "times", "Times the points", bonus.times)
    else:
        yield _number(bonus, "points", "Points", bonus.points)
    if bonus.starts:
        until = f"{bonus.starts.until:%H:%M}" if bonus.starts.until else "24:00"
        yield Setting(_field(bonus, "starts.from"), "From", f"{bonus.starts.start:%H:%M}", "time")
        yield Setting(_field(bonus, "starts.until"), "Until", until, "time")
    if bonus.within:
        yield Setting(_field(bonus, "within"), "Answered within", _duration(bonus.within), "duration")
    if bonus.cap:
        yield from _cap(bonus, bonus.cap)


def _duration(seconds: int) -> str:
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def edited(text: str, changes: Mapping[str, str]) -> str:
    """The text with other values at these fields, everything else in it as it was.

    Raises RulesRefused for a text with mistakes, Malformed with a sentence at each field that cannot be so.
    """
    rules = rule_sets.checked(text)
    if not changes:
        return text
    before = _values(rules)
    if strange := [name for name in changes if name not in before]:
        raise Malformed.at(**dict.fromkeys(strange, NOT_NOW))
    wrong = dict.fromkeys(_caps_without_number(before, changes), _NO_CAP)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        document = tomlkit.parse(text.removeprefix(mark))
        for name in (name for name in before if name in changes):  # a cap's number before what it is counted by
            if not _set(document, name, changes[name].strip()):
                wrong[name] = _WHOLE
        result = f"{mark}{tomlkit.dumps(document)}"
    except (TOMLKitError, KeyError, TypeError, AttributeError):  # written in a way that cannot be changed in place
        raise Malformed(NOT_NOW) from None
    after = _values(_checked(result, rules, changes, wrong))
    if any(after.get(name) != value for name, value in before.items() if name not in changes and ":cap." not in name):
        raise Malformed(NOT_NOW)
    return result


def _caps_without_number(before: Mapping[str, str], changes: Mapping[str, str]) -> list[str]:
    """The fields for the numbers of caps of which only what they are counted by was chosen."""
    chosen = (name.removesuffix("per") + "max" for name in changes if name.endswith(":cap.per"))
    return [most for most in chosen if most not in changes and not before[most]]


def _values(rules: Rules) -> dict[str, str]:
    return {setting.name: setting.value for group in groups(rules) for setting in group.settings}


def _set(document: Any, name: str, value: str) -> bool:
    """Set one value of a document that the parser took; False for a text where a whole number has to be."""
    section, owner, key = _parts(name)
    tables = document[section]
    table = tables[owner] if section == "activities" else {str(one["name"]).strip(): one for one in tables}[owner]
    parent, _, last = key.rpartition(".")
    is_text = parent == "starts" or last in ("within", "per")
    if parent == "cap" and last == "max" and not value:
        table.pop("cap", None)
        return True
    number = None if is_text else _whole(value)
    if not is_text and number is None:
        return False
    if parent == "cap":
        if "cap" not in table and is_text:
            return True  # nothing is counted without a number
        if "cap" not in table:
            _add_cap(table)
    (table[parent] if parent else table)[last] = value if is_text else number
    return True


def _parts(name: str) -> tuple[str, str, str]:
    section, rest = name.split(":", 1)
    owner, key = rest.rsplit(":", 1)
    return section, owner, key


def _add_cap(table: Any) -> None:
    """Add a cap behind the last key of a table: at its very end it would stand below the comments of the next one."""
    cap = tomlkit.parse(f'cap = {{ max = 1, per = "{CAP_SCOPES[0]}" }}\n')["cap"]
    if isinstance(table, Table):
        last = next(key for key, _ in reversed(table.value.body) if key is not None)
        table.value._insert_after(last, "cap", cap)  # private, for want of another way; test_editing fails without it
    else:
        table["cap"] = cap


def _whole(value: str) -> int | None:
    plain = value.replace("\u2212", "-").removeprefix("+")
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def _checked(text: str, before: Rules, changes: Mapping[str, str], wrong: Mapping[str, str]) -> Rules:
    """Parse a changed text. Raises Malformed with what is `wrong`, here too, at the fields it came from."""
    rules, mistakes = parse_rules(text)
    if rules is not None and not wrong:
        return rules
    paths = {name: _path(name, before) for name in changes}
    found = {name: each.message for each in mistakes for name, path in paths.items() if each.key.startswith(path)}
    fields = {**found, **wrong}
    raise Malformed.at(**fields) if fields else Malformed(f"Not changed. {mistakes[0].message}")


def _path(name: str, rules: Rules) -> str:
    """The key of a field's value, as mistakes name it."""
    section, owner, key = _parts(name)
    if section == "activities":
        return f"activities.{owner}.{key}"
    names = [one.name for one in (rules.bonuses if section == "bonuses" else rules.quests)]
    return f"{section}[{names.index(owner) + 1}].{key}"
