"""The rules in words: chapters of articles, each with an example that the rules themselves make."""

from dataclasses import dataclass

from app.domain.rulebook import examples
from app.domain.rulebook.phrases import GROUPS, capital, compared, days, needs, number, points, signed, within
from app.domain.rules.model import SHIFT, Bonus, Cap, Kind, Metric, Quest, Rules, Trophy, Window
from app.domain.wording import kind_title


@dataclass(frozen=True, slots=True)
class Article:
    """One rule: what it is called, what it gives in a few characters ("" for nothing), a sentence, an example."""

    title: str
    worth: str
    text: str
    example: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Rules of one sort, in the order of the file; `id` is the anchor of the heading."""

    id: str
    title: str
    articles: tuple[Article, ...]


def tell(rules: Rules) -> tuple[Chapter, ...]:
    """Tell rules in words; what the rules have none of has no chapter."""
    chapters = (
        Chapter("activities", "What earns points", tuple(_kind(kind) for kind in rules.kinds)),
        Chapter("bonuses", "Bonuses", tuple(_bonus(bonus, rules) for bonus in rules.bonuses)),
        Chapter("quests", "Quests for teams", tuple(_quest(quest, rules) for quest in rules.quests)),
        Chapter("ranking", "Who ranks higher", (_ranking(rules),)),
        Chapter("trophies", "Trophies", tuple(_trophy(trophy, rules) for trophy in rules.trophies)),
    )
    return tuple(chapter for chapter in chapters if chapter.articles)


def _kind(kind: Kind) -> Article:
    none = "No points. It counts in totals and quests."
    worth = f"{points(kind.points)} for each {kind.one}." if kind.points else none
    cap = _only(kind.cap, kind.one, kind.many, "earn") if kind.points else ""
    return Article(capital(kind.one), signed(kind.points), f"{capital(worth)}{cap}", examples.of_kind(kind))


def _only(cap: Cap | None, one: str, many: str, verb: str) -> str:
    if cap is None:
        return ""
    first, ending = (f"first {number(cap.max)} {many}", "") if cap.max > 1 else (f"first {one}", "s")
    return f" Only the {first} {GROUPS[cap.per]} {verb}{ending} points; the others count in totals and quests."


def _bonus(bonus: Bonus, rules: Rules) -> Article:
    kind = rules.kind_by_name[bonus.activity]
    conditions = ", ".join(_conditions(bonus))
    which = f"each {kind.one}{f' {conditions}' if conditions else ''}"
    if bonus.times:
        text, worth = f"{capital(which)} gets {bonus.times} times its points.", f"×{bonus.times}"
    else:
        extra = bonus.points or 0
        text, worth = f"{points(abs(extra))} {'more' if extra >= 0 else 'less'} for {which}.", signed(extra)
    cap = bonus.cap or kind.cap
    limit = f" At most {number(cap.max)} of these bonuses {GROUPS[cap.per]}." if cap else ""
    return Article(bonus.name, worth, f"{text}{limit}", examples.of_bonus(bonus, rules))


def _conditions(bonus: Bonus) -> list[str]:
    conditions = []
    if bonus.starts is not None:
        conditions.append(f"between {bonus.starts.start:%H:%M} and {_end(bonus.starts)}")
    if bonus.days is not None:
        overnight = bonus.starts is not None and bonus.starts.wraps
        named = days(bonus.days).replace(" and ", " or ")
        conditions.append(f"in the night that began on {named}" if overnight else f"on {named}")
    if bonus.within is not None:
        conditions.append(f"answered within {within(bonus.within)}")
    return conditions


def _end(window: Window) -> str:
    return f"{window.until:%H:%M} (not at {window.until:%H:%M} itself)" if window.until else "24:00"


def _quest(quest: Quest, rules: Rules) -> Article:
    once = "Once each day" if quest.per == "day" else "Once in the week"
    text = f"{once}: {_reach(quest)} {needs(quest, rules)}."
    if quest.members is not None and SHIFT in dict(quest.needs):
        text += " A shift beside a teammate counts here for both."
    return Article(quest.name, signed(quest.points), text, examples.of_quest(quest, rules))


def _reach(quest: Quest) -> str:
    if quest.members is None:
        return "the team together reaches"
    return f"{quest.members} different members each reach" if quest.members > 1 else "one member alone reaches"


def _ranking(rules: Rules) -> Article:
    text = "More points rank higher."
    if rules.ties:
        steps = [
            f"{'first' if place == 0 else 'then'} {_tie(metric, rules)}" for place, metric in enumerate(rules.ties)
        ]
        text += f" With equal points: {', '.join(steps)}."
    text += " Teams that are equal in all of this share their rank."
    return Article("Ranks", "", text, "Two teams share the 2nd rank: the next team is 4th.")


def _tie(metric: Metric, rules: Rules) -> str:
    if metric.kind == "earliest":
        return "whose last points came earlier"
    return f"more {compared(metric, rules)}"


def _trophy(trophy: Trophy, rules: Rules) -> Article:
    who = "team" if trophy.audience == "team" else "person"
    text = f"For the {who} with the most {compared(trophy.most, rules)}. Equals share it; nobody wins it with zero."
    return Article(trophy.name, "", text, examples.of_trophy(trophy, rules))


def title_with_points(kind: str, rules: Rules, shown: Rules | None) -> str:
    """A kind of the rules as a title, with the points that its reader is `shown` for it: "Issue, +5".

    None where it earns its person nothing; rules of before a freeze may not know it.
    """
    title = kind_title(kind, rules)
    told = shown.kind_by_name.get(kind) if shown is not None else None
    return f"{title}, {signed(told.points)}" if told is not None else title
