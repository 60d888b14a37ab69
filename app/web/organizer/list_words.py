"""The words organizers read about lists: what an import did, and what undoing one does and did."""

from collections.abc import Mapping

from app.web.http.render import number, plural

COUNTS = ("teams", "people", "moved", "recorded", "reinstated", "created", "named", "new", "changed")
"""The numbers of outcomes that a page tells after an import."""
UNDOES: dict[str, str] = {
    "teams": "People go back to the team and name they had. What it made goes unless something stands against that.",
    "people": "Names, functions and offices go back. Whom it added goes unless something stands against it.",
    "activities": "Its activities are reversed.",
    "shifts": "Its shifts are removed, but for those that people signed up for.",
    "identities": "Its identities are forgotten; what was credited stays.",
}
_UNDONE = {
    "reversed": ("activity reversed", "activities reversed"),
    "removed": ("shift removed", "shifts removed"),
    "changed back": ("person changed back", "people changed back"),
    "forgotten": ("identity forgotten", "identities forgotten"),
}


def imported(kind: str, counts: Mapping[str, int]) -> str:
    """The changes of an import: 24 people into 8 teams; 3 new to their team."""
    match kind:
        case "teams":
            people = plural(counts.get("people", 0), "person", "people")
            into = plural(counts.get("teams", 0), "team", "teams")
            return f"{people} into {into}; {number(counts.get('moved', 0))} new to their team"
        case "people":
            told = plural(counts.get("people", 0), "person", "people")
            return f"{told}; {number(counts.get('new', 0))} new, {number(counts.get('changed', 0))} changed"
        case "activities":
            again = counts.get("reinstated", 0)
            told = plural(counts.get("recorded", 0), "activity", "activities")
            return f"{told}; {number(again)} reinstated" if again else told
        case "shifts":
            return plural(counts.get("created", 0), "shift", "shifts")
        case "identities":
            return plural(counts.get("named", 0), "identity", "identities")
        case _:
            return ", ".join(f"{number(of)} {name}" for name, of in counts.items() if of)


def undone(counts: Mapping[str, int]) -> str:
    """The changes of an undo: 2 activities reversed."""
    told = [
        plural(of, *_UNDONE[name]) if name in _UNDONE else f"{number(of)} {name}" for name, of in counts.items() if of
    ]
    return f"Undone: {', '.join(told)}." if told else "Undone. There was nothing left to change."


def who(by: str) -> str:
    """The name of who did it; a command says whose it was."""
    kind, _, name = by.partition(":")
    return f"{name}, by command" if kind == "command" else by
