"""The organizers' pages, a module for each."""

from fastapi import APIRouter

from app.web.organizer import (
    audit,
    current,
    displays,
    guide,
    home,
    ledger_export,
    people,
    person,
    shift,
    shift_coverage,
    shift_covers,
    shift_making,
    shifts,
    sources,
    teams,
    tokens,
    weeks,
)

routers: list[APIRouter] = [
    home.router,
    current.router,
    weeks.router,
    ledger_export.router,
    teams.router,
    shifts.router,
    shift_making.router,
    shift_coverage.router,
    shift.router,
    shift_covers.router,
    people.router,
    person.router,
    displays.router,
    guide.router,
    sources.router,
    tokens.router,
    audit.router,
]
