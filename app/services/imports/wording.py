"""Words for lists: the outcome of an import, and of undoing one."""

from collections.abc import Mapping

from app.services.imports.history import Kind

COUNTS = (
    "teams", "people", "moved", "recorded", "reinstated", "created", "named", "new", "changed", "repeated", "unchanged",
)  # fmt: skip
"""The numbers of outcomes that are told after an import."""
UNDOES: dict[Kind, str] = {
    "teams": "Teams, names, functions and offices go back. What it made goes unless something stands against that.",
    "people": "Names, functions and offices go back. Whom it added goes unless something stands against it.",
    "activities": "Its activities are reversed.",
    "shifts": "Its shifts are removed, but for those that people signed up for.",
    "identities": "Its identities are forgotten; what was credited stays.",
}
_UNDONE = {
    "reversed": ("activity reversed", "activities reversed"),
    "removed": ("shift removed", "shifts removed"),
    "renamed back": ("person renamed back", "people renamed back"),
    "moved back": ("person moved back", "people moved back"),
    "of its teams removed": ("new team removed", "new teams removed"),
    "of its people removed": ("new person removed", "new people removed"),
    "changed back": ("person changed back", "people changed back"),
    "forgotten": ("identity forgotten", "identities forgotten"),
}


def imported(kind: Kind, counts: Mapping[str, int]) -> str:
    """The changes of an import: 24 people into 8 teams; 3 new to their team."""
    match kind:
        case "teams":
            people = _plural(counts.get("people", 0), "person", "people")
            into = _plural(counts.get("teams", 0), "team", "teams")
            return f"{people} into {into}; {counts.get('moved', 0):,} new to their team"
        case "people":
            told = _plural(counts.get("people", 0), "person", "people")
            return f"{told}; {counts.get('new', 0):,} new, {counts.get('changed', 0):,} changed"
        case "activities":
            again, repeats = counts.get("reinstated", 0), counts.get("repeated", 0)
            told = _plural(counts.get("recorded", 0), "activity", "activities")
            told += f"; {again:,} reinstated" if again else ""
            return f"{told} ({_plural(repeats, 'repeat', 'repeats')})" if repeats else told
        case "shifts":
            return _plural(counts.get("created", 0), "shift", "shifts") + _there(counts.get("unchanged", 0))
        case _:
            return _plural(counts.get("named", 0), "identity", "identities") + _there(counts.get("repeated", 0))


def _plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _there(unchanged: int) -> str:
    return f" ({unchanged:,} there already)" if unchanged else ""


def undone(counts: Mapping[str, int]) -> str:
    """The changes of an undo: 2 activities reversed."""
    told = [_plural(of, *_UNDONE[name]) for name, of in counts.items() if of]
    return f"Undone: {', '.join(told)}." if told else "Undone. There was nothing left to change."
