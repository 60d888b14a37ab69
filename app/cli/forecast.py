"""`forecast`: import contacts, and see how many customers will write."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, noted, plural
from app.cli.parameters import InputFile
from app.cli.place import command_act, reading, writing
from app.domain import rounding
from app.domain.calendar.days import first_moment, local_day, parse_zone
from app.domain.forecast.forecasting import NO_HISTORY
from app.domain.forecast.intervals import Channel, Length
from app.domain.forecast.wording import accuracy_sentences
from app.errors import Malformed
from app.services.forecasts import contact_lists, forecasts
from app.services.forecasts.forecasts import Forecast, Wanted
from app.services.imports import lists
from app.web.documents.forecast import forecast_document

group = typer.Typer(help="See how many customers will write; import how many did.", no_args_is_help=True)

Timezone = Annotated[
    str, typer.Option(metavar="ZONE", help="A zone, such as America/Los_Angeles; the current week’s otherwise.")
]
OfChannel = Annotated[Channel, typer.Option(metavar="CHANNEL", help="email, chat or phone.")]
Minutes = Annotated[int, typer.Option(metavar="MINUTES", help="The length of an interval: 30 or 120.")]
COLUMNS = ("day", "from", "contacts", "low", "high", "weeks", "people", "note")


@command(group, "import")
def import_contacts(voice: Voice, file: InputFile, timezone: Timezone = "") -> Answer:
    """Import contacts from CSV with starts_at, minutes, channel and contacts, all or nothing."""
    act = command_act()
    with voice.progress("Importing"), writing() as session:
        found = contact_lists.read(lists.text_of(_bytes(file)), _zone(session, timezone, act.now))
        outcome = contact_lists.apply(session, found, act)
    sentence = (
        f"Imported {plural(outcome.added, 'interval', 'intervals')}"
        f" ({outcome.changed:,} changed, {outcome.unchanged:,} as before)."
    )
    return Answer({**outcome._asdict(), **noted(found.notes)}, [sentence, *found.notes])


def _bytes(file: Path) -> bytes:
    return file.read_bytes()


@command(group, "show")
def show(
    _voice: Voice,
    begin: Annotated[
        datetime | None, typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="The first day.")
    ] = None,
    days: Annotated[int, typer.Option(metavar="N", help="The number of days, at most 31.")] = 7,
    channel: OfChannel = "email",
    minutes: Minutes = 30,
    timezone: Timezone = "",
) -> Answer:
    """Print how many customers will write in each interval."""
    found = _forecast(begin, days, channel, minutes, timezone)
    rows = [
        (
            each.day.isoformat(), each.interval.starts_at.astimezone(found.wanted.zone).strftime("%H:%M"),
            rounding.half_up(each.estimate.contacts, 1), each.estimate.low, each.estimate.high, each.estimate.weeks,
            each.people, each.note,
        )
        for each in found.items
        if each.estimate.contacts is not None
    ]  # fmt: skip
    return Answer(forecast_document(found), [Table(COLUMNS, rows)] if rows else [NO_HISTORY])


@command(group, "accuracy")
def accuracy(_voice: Voice, channel: OfChannel = "email", minutes: Minutes = 30, timezone: Timezone = "") -> Answer:
    """Print how good forecasts of the last four weeks were, each made a week ahead."""
    found = _forecast(None, 1, channel, minutes, timezone)
    document = forecast_document(found)
    told = {"method": document["method"], "accuracy": document["accuracy"]}
    return Answer(told, accuracy_sentences(found.learned.model.accuracy))


def _forecast(begin: datetime | None, days: int, channel: Channel, minutes: int, timezone: str) -> Forecast:
    if minutes not in (30, 120) or not 1 <= days <= forecasts.MOST_DAYS:
        raise Malformed(f"--minutes is 30 or 120, --days 1 to {forecasts.MOST_DAYS}.")
    length: Length = 30 if minutes == 30 else 120
    now = command_act().now
    with reading() as session:
        zone = _zone(session, timezone, now)
        first = begin.date() if begin else local_day(now, zone)
        span = first_moment(first, zone), first_moment(first + timedelta(days=days), zone)
        return forecasts.forecast(session, Wanted(channel, length, zone, *span), now)


def _zone(session: Session, text: str, now: datetime) -> ZoneInfo:
    found = parse_zone(text) if text else forecasts.zone_of(session, now)
    if found is None:
        raise Malformed("--timezone must be a time zone, such as America/Los_Angeles.")
    return found
