"""The words a rules file is written with: the keys of each table and the values with fixed names."""

from typing import get_args

from app.domain.rules.model import ADJUSTMENT, ATTENDANCE, Audience, CapScope, QuestPeriod

FORMAT = 1

ROOT_KEYS = ("format", "team", "activities", "bonuses", "quests", "ranking", "trophies")
TEAM_KEYS = ("size",)
KIND_KEYS = ("points", "one", "many", "cap")
CAP_KEYS = ("max", "per")
BONUS_KEYS = ("name", "activity", "starts", "days", "within", "points", "times", "cap")
STARTS_KEYS = ("from", "until")
QUEST_KEYS = ("name", "needs", "members", "per", "points")
RANKING_KEYS = ("ties",)
TROPHY_KEYS = ("name", "for", "most")

CAP_SCOPES: tuple[CapScope, ...] = get_args(CapScope)
PERIODS: tuple[QuestPeriod, ...] = get_args(QuestPeriod)
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

RESERVED_KINDS = ("points", "earliest", "quests", ADJUSTMENT, ATTENDANCE)
