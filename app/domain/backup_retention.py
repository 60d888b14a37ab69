"""Retention of backups: the ones that stay, by the days and weeks they were made in."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice


def kept(moments: Iterable[datetime], *, days: int, weeks: int) -> set[datetime]:
    """The last moment of each of the newest `days` days and `weeks` weeks (ISO 8601) that have one.

    Every moment of the newest day stays: whoever makes two on one day wants both, such as before and after a change.
    Days and weeks without any do not count: what was made before a long pause stays until newer ones take its place.
    """
    newest_first = sorted(moments, reverse=True)
    last_of_day: dict[date, datetime] = {}
    last_of_week: dict[tuple[int, int], datetime] = {}
    for moment in newest_first:
        last_of_day.setdefault(moment.date(), moment)
        year, week, _ = moment.isocalendar()
        last_of_week.setdefault((year, week), moment)
    of_newest_day = [moment for moment in newest_first if moment.date() == newest_first[0].date()]
    return {*of_newest_day, *islice(last_of_day.values(), days), *islice(last_of_week.values(), weeks)}
