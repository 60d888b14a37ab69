"""The fields of a week, each with the sentence for who gives one that no week can have."""

import re
import unicodedata
from datetime import date

from app.domain.calendar.days import parse_zone, zones_called
from app.domain.text import names
from app.errors import Malformed
from app.services.weeks.rehearsing import ENDING

CURRENT = "current"
RESERVED = frozenset({CURRENT, "hall-of-fame"})
"""Slugs no week may have: addresses below /weeks are called so."""
LONGEST_WEEK = 100  # days; a score keeps a tally of each, and charts have a place for each: a quarter still fits
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
ADDRESS = re.compile(rf"{SLUG.pattern}(?:{ENDING})?")
"""A slug in an address: a week’s, or that of its rehearsal."""

LONGEST_SLA = 10_000_000  # seconds, the longest response time there is
MOST_CUSTOMERS = 10**12


def check_sla(seconds: int) -> int:
    """A promised response time in seconds. Raises Malformed."""
    if not 1 <= seconds <= LONGEST_SLA:
        raise Malformed.at(sla=f"A response can be promised within 1 to {LONGEST_SLA:,} seconds. An hour is 3600.")
    return seconds


def check_customers(number: int | None) -> int | None:
    """A number of customers, None where nobody says. Raises Malformed."""
    if number is not None and not 0 <= number <= MOST_CUSTOMERS:
        raise Malformed.at(customers=f"The number of customers is between 0 and {MOST_CUSTOMERS:,}, or left out.")
    return number


def read_sla(text: str) -> int:
    """A promised response time as people type it, in seconds. Raises Malformed."""
    return check_sla(_typed_number(text, LONGEST_SLA) or 0)


def read_customers(text: str) -> int | None:
    """A number of customers as people type it; None for nothing. Raises Malformed."""
    return check_customers(_typed_number(text, MOST_CUSTOMERS) if text.strip() else None)


def _typed_number(text: str, most: int) -> int:
    """A whole number, with or without commas between its thousands; -1 for anything else, or a larger one."""
    digits = text.strip().replace(",", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits.lstrip("0")) <= len(str(most))
    return int(digits) if is_number else -1


def check_slug(slug: str) -> str:
    """A slug as weeks have it. Raises Malformed."""
    if not SLUG.fullmatch(slug) or slug in RESERVED:
        reserved = slug if slug in RESERVED else CURRENT
        raise Malformed(
            f"“{slug}” can’t be a week’s slug. Use up to 40 of a-z, 0-9 and hyphens, such as q3-2022, not “{reserved}”."
        )
    return slug


def slug_of(name: str) -> str:
    """A slug that a week's name suggests: “Q3 2022!” becomes q3-2022; empty where the name has no such letters."""
    plain = unicodedata.normalize("NFKD", name[: names.LONGEST]).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:40].rstrip("-")


def check_name(name: str) -> str:
    """A week's name, tidied. Raises Malformed."""
    name = names.tidy(name)
    if flaw := names.flaw(name):
        raise Malformed(f"The week’s name {flaw}.")
    return name


def check_zone(timezone: str) -> str:
    """The name of the time zone that is meant: its own, or that of a city where only one has it. Raises Malformed."""
    if parse_zone(timezone) is not None:
        return timezone
    if not timezone.strip():
        raise Malformed("The time zone is missing. Use a city such as Berlin, or a name such as Europe/Berlin.")
    meant = zones_called(timezone)
    if not meant:
        raise Malformed(f"“{timezone}” isn’t a time zone. Use a city such as Berlin, or a name such as Europe/Berlin.")
    if len(meant) > 1:
        raise Malformed(f"“{timezone}” could be {' or '.join(meant)}. Write the one you mean.")
    return meant[0]


def check_days(starts: date, ends: date) -> None:
    """Raise Malformed for days that no week can have."""
    if starts > ends:
        raise Malformed(f"The week can’t run from {starts} to {ends}. The last day can’t be before the first.")
    if not EARLIEST <= starts <= ends <= LATEST:
        raise Malformed(f"The week can’t run from {starts} to {ends}. Choose days between 1900 and 9000.")
    if (ends - starts).days >= LONGEST_WEEK:
        raise Malformed(f"A week may last at most {LONGEST_WEEK} days; {starts} to {ends} is longer.")
