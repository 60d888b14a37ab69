"""Contacts before the week and in it, and up to today: email and chat, two holidays, a day that wasn't normal."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from hashlib import sha256
from math import exp

from sqlmodel import Session

from app.domain.actor import Act, system
from app.domain.calendar.days import moment_at
from app.domain.forecast.intervals import Channel, Count
from app.services.demo.cast import ENDS, SIGNED_UP, STARTS, ZONE
from app.services.forecasts import contacts, days, plans
from app.services.forecasts.contacts import Imported
from app.services.forecasts.plans import Answering

LABOR_DAY, INDEPENDENCE_DAY = date(2022, 9, 5), date(2022, 7, 4)
OUTAGE = date(2022, 8, 10)
MOST = 100
"""Of a half hour."""
ACT = Act(system("demo"), SIGNED_UP)


def prepare(session: Session, today: date | None = None) -> None:
    """Import what customers write, and save how it is answered; a forecast learns of a day once it is over.

    With `today` there are contacts up to it as well, so that visitors can plan a week of their own.
    """
    ends = [ENDS] if today is None else [ENDS, today - timedelta(days=1)]
    for last in ends:
        contacts.put(session, [*_written("email", 16, 9, last), *_written("chat", 8, 4, last)], ACT)
    days.mark(session, INDEPENDENCE_DAY, "holiday", "Independence Day", ACT)
    days.mark(session, LABOR_DAY, "holiday", "Labor Day", ACT)
    days.mark(session, OUTAGE, "not-normal", "Sign-in was down", ACT)
    plans.save(session, "email", Answering(540, 3_600), ACT)


def _written(channel: Channel, weeks: int, busiest: int, last: date) -> Iterator[Imported]:
    """Half hours from 06:00 to 18:00 up to a day, busiest before noon, quieter at weekends and on holidays."""
    for back in range(7 * weeks + (ENDS - STARTS).days + 1):
        day = last - timedelta(days=back)
        share = 0.3 if day.weekday() > 4 or day in (LABOR_DAY, INDEPENDENCE_DAY) else 1.0
        share *= 2.5 if day == OUTAGE else 1.0
        for number in range(24):
            usual = busiest * share * max(0.15, 1 - abs(number - 9) / 14)
            starts_at = moment_at(day, time(6 + number // 2, number % 2 * 30), ZONE)
            if starts_at is not None:
                yield Imported(channel, Count(starts_at, 30, _drawn(usual, _chance(f"{channel}/{day}/{number}"))))


def _chance(words: str) -> float:
    """A number from 0 to below 1, the same in every demo; lots of words that hardly differ hang together too much."""
    return int.from_bytes(sha256(words.encode()).digest()[:4], "big") / 2**32


def _drawn(mean: float, chance: float) -> int:
    """A count around a mean, as customers who know nothing of each other make it (Poisson)."""
    count, probability = 0, exp(-mean)
    reached = probability
    while reached < chance and count < MOST:
        count += 1
        probability *= mean / count
        reached += probability
    return count
