"""The difference of two versions of the rules in plain words: "responses: 2 → 3 points"."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from app.domain.rulebook.phrases import capped, compared, days, needs, number, points, quoted, reward, window, within
from app.domain.rules.model import Bonus, Kind, Quest, Rules, Trophy
from app.domain.rules.values import same_name

Named = TypeVar("Named", Kind, Bonus, Quest, Trophy)


def differences(before: Rules, after: Rules) -> tuple[str, ...]:
    """Every difference of two versions, in the order of the newer file; none where only comments or layout differ."""
    return tuple(_differences(before, after))


def _differences(before: Rules, after: Rules) -> Iterator[str]:
    if before.team_size != after.team_size:
        yield f"team size: {before.team_size} → {after.team_size}"
    yield from _kinds(before, after)
    yield from _bonuses(before, after)
    yield from _quests(before, after)
    yield from _arrow("with equal points", _ties(before), _ties(after))
    if {kind.name for kind in before.kinds} == {kind.name for kind in after.kinds}:
        yield from _arrow("order of totals", _order(before), _order(after))
    yield from _trophies(before, after)


def _arrow(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what}: {old} → {new}"


def _order(rules: Rules) -> str:
    return ", ".join(kind.name for kind in rules.kinds)


def _kinds(before: Rules, after: Rules) -> Iterator[str]:
    for old, new in _paired(before.kinds, after.kinds, lambda kind: kind.name):
        if new is None and old is not None:
            yield f"{old.many}: no longer an activity of the rules"
        elif old is None and new is not None:
            yield f"{new.many}: new, {points(new.points)} each{f', {capped(new.cap)}' if new.cap else ''}"
        elif old is not None and new is not None:
            yield from _of_kind(old, new)


def _of_kind(old: Kind, new: Kind) -> Iterator[str]:
    if old.points != new.points:
        yield f"{new.many}: {number(old.points)} → {points(new.points)}"
    yield from _arrow(f"{new.many} that earn points", capped(old.cap), capped(new.cap))
    yield from _arrow(f"wording of {new.name}", f"{old.one}, {old.many}", f"{new.one}, {new.many}")


def _bonuses(before: Rules, after: Rules) -> Iterator[str]:
    for old, new in _paired(before.bonuses, after.bonuses):
        if new is None and old is not None:
            yield f"bonus {quoted(old.name)}: removed, it gave {reward(old)}"
        elif old is None and new is not None:
            yield f"bonus {quoted(new.name)}: new, {reward(new)} for {after.kind_by_name[new.activity].many}"
        elif old is not None and new is not None:
            yield from _of_bonus(old, new)


def _of_bonus(old: Bonus, new: Bonus) -> Iterator[str]:
    what = f"bonus {quoted(new.name)}"
    yield from _renamed("bonus", old.name, new.name)
    yield from _arrow(what, reward(old), reward(new))
    yield from _arrow(f"{what}, for", old.activity, new.activity)
    yield from _arrow(f"{what}, time of day", window(old.starts), window(new.starts))
    yield from _arrow(f"{what}, days", days(old.days), days(new.days))
    yield from _arrow(f"{what}, answered within", within(old.within), within(new.within))
    yield from _arrow(
        f"{what}, given for", *(capped(one.cap) if one.cap else "as many as earn points" for one in (old, new))
    )


def _quests(before: Rules, after: Rules) -> Iterator[str]:
    for old, new in _paired(before.quests, after.quests):
        if new is None and old is not None:
            yield f"quest {quoted(old.name)}: removed, it gave {points(old.points)}"
        elif old is None and new is not None:
            yield f"quest {quoted(new.name)}: new, {points(new.points)} for {needs(new, after)}"
        elif old is not None and new is not None:
            what = f"quest {quoted(new.name)}"
            yield from _renamed("quest", old.name, new.name)
            if old.points != new.points:
                yield f"{what}: {number(old.points)} → {points(new.points)}"
            if old.needs != new.needs:
                yield f"{what}, needs: {needs(old, before)} → {needs(new, after)}"
            yield from _arrow(f"{what}, by", _members(old), _members(new))
            yield from _arrow(f"{what}, once a", old.per, new.per)


def _members(quest: Quest) -> str:
    return f"{quest.members} members each" if quest.members else "the team together"


def _trophies(before: Rules, after: Rules) -> Iterator[str]:
    for old, new in _paired(before.trophies, after.trophies):
        if new is None and old is not None:
            yield f"trophy {quoted(old.name)}: removed"
        elif old is None and new is not None:
            yield f"trophy {quoted(new.name)}: new, for the {new.audience} with the most {compared(new.most, after)}"
        elif old is not None and new is not None:
            yield from _renamed("trophy", old.name, new.name)
            yield from _arrow(f"trophy {quoted(new.name)}, for the", old.audience, new.audience)
            if old.most != new.most:
                yield from _arrow(
                    f"trophy {quoted(new.name)}, for most", compared(old.most, before), compared(new.most, after)
                )


def _ties(rules: Rules) -> str:
    return ", then ".join(compared(metric, rules) for metric in rules.ties) or "shared rank"


def _renamed(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} {quoted(old)}: now called {quoted(new)}"


def _paired(
    before: Iterable[Named], after: Iterable[Named], key: Callable[[Named], str] | None = None
) -> Iterator[tuple[Named | None, Named | None]]:
    """Each of the newer with the older of its name, then the older ones that are gone.

    Without a `key` names are compared as the rules compare them, and one whose name alone is new is the one it was.
    """
    name_of = key or (lambda one: same_name(one.name))
    old, new = ({name_of(one): one for one in some} for some in (before, after))
    gone = {name: one for name, one in old.items() if name not in new}
    unnamed = {} if key else {replace(one, name=""): name for name, one in gone.items()}
    for name, one in new.items():
        former = name if name in old else unnamed.pop(replace(one, name=""), None)
        yield old[former] if former is not None else None, one
        if former is not None:
            gone.pop(former, None)
    yield from ((one, None) for one in gone.values())
