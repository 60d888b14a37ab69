"""The metrics ties and trophies compare by, and the names they may refer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from app.domain.rules.model import Metric
from app.domain.rules.report import Report
from app.domain.rules.values import same_name
from app.domain.rules.wording import Path

_BONUS = "bonus:"
_POINTS_OF = "points:"
_PLAIN: tuple[Literal["points", "quests", "earliest"], ...] = ("points", "quests", "earliest")


@dataclass(frozen=True)
class Names:
    """The kinds and bonuses other parts of the file may refer to; bonuses by what the spellings of a name share.

    They are None where mistakes hide which there are: any name is accepted then, so that one mistake makes no others.
    """

    kinds: Sequence[str] | None
    bonuses: Mapping[str, str] | None

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Every metric there is, as the file spells it."""
        kinds = self.kinds or ()
        bonuses = (_BONUS + name for name in (self.bonuses or {}).values())
        return (*_PLAIN, *kinds, *bonuses, *(_POINTS_OF + kind for kind in kinds))

    def check_kind(self, report: Report, path: Path, kind: str) -> None:
        """Note a mistake where there is no such kind."""
        if self.kinds is not None and kind not in self.kinds:
            report.unknown(path, "kind", kind, self.kinds)

    def read_metric(self, report: Report, path: Path, text: object) -> Metric | None:
        """The metric a text stands for; None, with a mistake, where it is none."""
        if not isinstance(text, str):
            report.wrong(path, 'a metric in quotes, such as "points"', text)
            return None
        metric = self._plain(text) or self._of_bonus(text) or self._of_kind(text)
        if metric is None:
            report.unknown(path, "metric", text, self.metrics)
        return metric

    def _plain(self, text: str) -> Metric | None:
        return next((Metric(word) for word in _PLAIN if word == text), None)

    def _of_bonus(self, text: str) -> Metric | None:
        if not text.startswith(_BONUS):
            return None
        name = text.removeprefix(_BONUS)
        if self.bonuses is not None:
            name = self.bonuses.get(same_name(name), "")
        return Metric("bonus", name) if name else None

    def _of_kind(self, text: str) -> Metric | None:
        kind = text.removeprefix(_POINTS_OF)
        if self.kinds is not None and kind not in self.kinds:
            return None
        return Metric("count" if kind == text else "points_of", kind)
