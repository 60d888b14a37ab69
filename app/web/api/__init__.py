"""The JSON API, version 1."""

from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app.web import documents
from app.web.api import (
    activities,
    announcements,
    appearance,
    boards,
    bulk_reversals,
    calendar_feeds,
    capacity,
    cards,
    corrections,
    covers,
    display_messages,
    displays,
    exports,
    feedback,
    forecast,
    intake,
    merging,
    rehearsals,
    reviews,
    rules,
    schedules,
    service_accounts,
    shift_changes,
    shifts,
    sign_ups,
    team_changes,
    team_looks,
    waiting_lists,
    webhooks,
    week_changes,
    week_life,
    week_metrics,
    weeks,
)

ABOUT: dict[str, Any] = {
    "summary": "A week of customer-support rotations as a game.",
    "description": "Record what people do, sign up for shifts, read the board, correct the ledger, change the rules. "
    "Tokens come from `assembly-week token create` or from the organizers' pages.",
    "license_info": {"name": "MIT", "identifier": "MIT"},
    "openapi_tags": [
        {"name": "activities", "description": "Record activities, one or many, and read the ledger."},
        {"name": "announcement", "description": "One line for everyone, on boards and displays."},
        {"name": "appearance", "description": "The installation's own name and accent colour."},
        {"name": "boards", "description": "The leaderboard, once or live, and why a team's score is what it is."},
        {"name": "calendar feeds", "description": "Addresses that calendar programs read shifts at."},
        {"name": "cards", "description": "Knowledge cards: who owns them, which are verified, which are due."},
        {"name": "corrections", "description": "Reverse, reinstate and adjust; the ledger itself never changes."},
        {"name": "displays", "description": "Screens of the office: what they show, their remote, messages on them."},
        {"name": "exports", "description": "A week's tables as files."},
        {"name": "feedback", "description": "What becomes of people's wishes."},
        {"name": "forecast", "description": "How many customers will write, and how many people answer them in time."},
        {"name": "intake", "description": "What connected tools delivered, and whom their ids belong to."},
        {"name": "people", "description": "Everyone who plays or has played."},
        {"name": "reviews", "description": "Answer reviews of a week, in figures without names."},
        {"name": "rules", "description": "Read the rules, see what others would do, activate them."},
        {"name": "shifts", "description": "Shifts of a week: read and make them; take, leave and complete seats."},
        {"name": "webhooks", "description": "Addresses of others that are told what happens here."},
        {"name": "weeks", "description": "Weeks and their teams."},
    ],
}


def include_in(app: FastAPI) -> None:
    """Add the API's routes to an application, part by part: FastAPI searches each level of nested routers twice."""
    for part in (
        activities,
        boards,
        weeks,
        week_metrics,
        week_changes,
        week_life,
        rehearsals,
        schedules,
        merging,
        team_changes,
        team_looks,
        shifts,
        shift_changes,
        sign_ups,
        waiting_lists,
        covers,
        exports,
        feedback,
        cards,
        corrections,
        bulk_reversals,
        reviews,
        rules,
        calendar_feeds,
        intake,
        service_accounts,
        webhooks,
        displays,
        display_messages,
        announcements,
        appearance,
        forecast,
        capacity,
    ):
        app.include_router(part.router, prefix="/api/v1", responses=documents.PROBLEMS)


def complete(description: dict[str, Any], public_url: str) -> dict[str, Any]:
    """Add what FastAPI leaves out: the schema of problems, which no route returns as its model, and the server."""
    problem = TypeAdapter(documents.Problem).json_schema()
    description["components"]["schemas"].setdefault("Problem", problem)
    contact = {"name": "The organizers of this Assembly Week"}
    description["info"]["contact"] = contact | ({"url": public_url} if public_url else {})
    description["servers"] = [{"url": public_url.rstrip("/") or "/", "description": "This server"}]
    return description
