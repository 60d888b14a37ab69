"""Scoring: live activities in, awards or sums out; one fold over one version of the rules."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from app.domain.calendar.day_table import LocalDays
from app.domain.rules.model import ATTENDANCE, SHIFT, Kind, Rules
from app.domain.scoring.activity import IN_ORDER, Activity, Award, Earning, Ordered
from app.domain.scoring.bonuses import BonusCounter
from app.domain.scoring.caps import CapCounter
from app.domain.scoring.quests import QuestProgress


class Account(Protocol):
    """The state of the fold for one person's activities of one kind, for one team on one local day."""

    def count(self, activity: Ordered) -> None:
        """Take note of a live activity."""

    def award(self, activity: Ordered, earning: Earning) -> None:
        """Take note of something that the activity just counted earned for its team."""


class Sink(Protocol):
    """The consumer of the fold's awards."""

    def open_account(self, team: str | None, kind: str, person: str, day: date) -> Account:
        """Begin an account; asked for once each, also without a team and for kinds that the rules do not know."""


def evaluate(ordered: Iterable[Ordered], rules: Rules, days: LocalDays, sink: Sink) -> None:
    """Fold live activities, given in the order of evaluation, into what they earn: points, bonuses, then quests.

    Who has no team earns nothing, nor does a kind the rules do not know; an attendance earns nothing either, but
    counts as its person's shift in quests with `members`. One loop that spares what it can: other rules bring a hundred
    thousand activities through here.
    """
    plans = _Plans(rules)
    day, ends = date.min, None
    for activity in ordered:
        _, kind, person, team, at, subject, _ = activity
        if ends is None or at >= ends:
            day, ends = days.day_and_end(at)
        plan = plans[team, kind]
        account = plan.accounts.get((person, day))
        if account is None:
            account = plan.accounts[person, day] = sink.open_account(team, kind, person, day)
        account.count(activity)
        if plan.earning is not None and (plan.cap is None or plan.cap.admits(person, subject, day)):
            account.award(activity, plan.earning)
        local = days.local(at) if plan.timed else None
        for bonus in plan.bonuses:
            if bonus.earned(activity, day, local):
                account.award(activity, bonus.earning)
        for quest in plan.quests:
            if not quest.is_over and quest.completed(plan.counts_as, person, day):
                account.award(activity, quest.earning)


def score(activities: Iterable[Activity], rules: Rules, zone: ZoneInfo) -> list[Award]:
    """The awards of live activities, in order of the activity that earned them; the order given does not matter.

    An award is given at its activity's `occurred_at`, so the awards before a moment are those of the activities
    before it.
    """
    awards = _Awards()
    evaluate(in_order(activities), rules, LocalDays(zone), awards)
    return awards.awards


def in_order(activities: Iterable[Activity]) -> list[Ordered]:
    """Activities in the order of evaluation, as the fold takes them."""
    return [as_ordered(activity) for activity in sorted(activities, key=IN_ORDER)]


def as_ordered(activity: Activity) -> Ordered:
    """An activity as the fold takes it."""
    id_, kind, person, team, at, _, _, subject, seconds = activity
    return id_, kind, person, team, at, subject, seconds


class _Awards:
    """A sink that keeps every award, for receipts and charts: one account for all."""

    def __init__(self) -> None:
        self.awards: list[Award] = []

    def open_account(self, _team: str | None, _kind: str, _person: str, _day: date) -> "_Awards":
        return self

    def count(self, activity: Ordered) -> None:
        """Let an activity pass: alone it is no award."""

    def award(self, activity: Ordered, earning: Earning) -> None:
        id_, _, person, team, at, _, _ = activity
        if team is None:
            raise ValueError("an award needs a team")
        whose = (None, None) if earning.reason == "quest" else (person, id_)
        self.awards.append(Award(at, team, earning.reason, earning.name, earning.points, earning.kind, *whose))


class _Plan:
    """All that one team's activities of one kind can earn or complete, and its accounts by person and day.

    Without an `earning` they earn nothing of their own; `counts_as` is the kind they are in quests, `timed` is true
    where a bonus needs the local time.
    """

    __slots__ = ("accounts", "bonuses", "cap", "counts_as", "earning", "quests", "timed")

    def __init__(
        self, kind: Kind | None = None, bonuses: Sequence[BonusCounter] = (), quests: Sequence[QuestProgress] = ()
    ) -> None:
        self.earning = None if kind is None else Earning("points", kind.name, kind.name, kind.points)
        self.cap = None if kind is None or kind.cap is None else CapCounter(kind.cap)
        self.bonuses = bonuses
        self.quests = quests
        self.counts_as = SHIFT if kind is None else kind.name
        self.timed = any(bonus.timed for bonus in bonuses)
        self.accounts: dict[tuple[str, date], Account] = {}


class _Plans(dict[tuple[str | None, str], _Plan]):
    """The plan of each team and kind, made when its first activity comes."""

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self._rules = rules
        self._quests: dict[str, list[QuestProgress]] = {}

    def __missing__(self, key: tuple[str | None, str]) -> _Plan:
        plan = self[key] = self._make_plan(*key)
        return plan

    def _make_plan(self, team: str | None, name: str) -> _Plan:
        kind = self._rules.kind_by_name.get(name)
        if team is None:
            return _Plan()
        if name == ATTENDANCE:
            return _Plan(quests=[quest for quest in self._quests_of(team, SHIFT) if quest.is_of_members])
        return _Plan() if kind is None else self._plan(team, kind)

    def _plan(self, team: str, kind: Kind) -> _Plan:
        bonuses = [BonusCounter(bonus, kind) for bonus in self._rules.bonuses if bonus.activity == kind.name]
        return _Plan(kind, bonuses, self._quests_of(team, kind.name))

    def _quests_of(self, team: str, kind: str) -> list[QuestProgress]:
        quests = self._quests.setdefault(team, [QuestProgress(quest) for quest in self._rules.quests])
        return [quest for quest in quests if kind in quest.kinds]
