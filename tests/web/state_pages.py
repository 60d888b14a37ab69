"""Every page, by who reads it and under the name by which claims speak of it; and what is no page of its own."""

from collections.abc import Mapping
from typing import Literal

Reader = Literal["visitor", "player", "organizer", "screen"]

WEEK, ORGANIZED = "/weeks/{week}", "/organizer/weeks/{week}"
PAGES: Mapping[Reader, Mapping[str, str]] = {
    "visitor": {
        "board": WEEK, "summary": f"{WEEK}/summary", "shifts": f"{WEEK}/shifts",
        "shift": f"{WEEK}/shifts/{{shift_id}}",
        "receipt": f"{WEEK}/teams/{{team}}", "current": "/", "stage": f"{WEEK}/summary/present", "sign-in": "/sign-in",
        "guestbook": f"{WEEK}/guestbook",
        "rules": f"{WEEK}/rules", "feedback": f"{WEEK}/feedback", "all weeks": "/weeks",
        "hall of fame": "/weeks/hall-of-fame", "latest": f"{WEEK}/latest", "guide": "/guide", "join code": "/join",
        "join": "/join/{code}", "json": "/api/v1/weeks/{week}/leaderboard",
    },
    "player": {
        "me": "/me", "log": "/me/log", "activities": "/me/activities", "activity": "/me/activities/{own_activity}",
        "shifts": f"{WEEK}/shifts", "shift": f"{WEEK}/shifts/{{shift_id}}", "latest": f"{WEEK}/latest",
        "metrics": f"{WEEK}/metrics", "settings": "/me/settings", "notices": "/me/notices", "my ready": "/me/ready",
        "my calendar": "/me/calendar", "guestbook": f"{WEEK}/guestbook", "feedback": f"{WEEK}/feedback",
        "cards": "/cards", "card": "/cards/{card_id}", "reviews": "/me/reviews",
    },
    "organizer": {
        "me": "/me", "board": WEEK, "public board": f"{WEEK}?as=public", "summary": f"{WEEK}/summary",
        "remote": f"{WEEK}/summary/present?key={{presenter_key}}", "latest": f"{WEEK}/latest",
        "guestbook": f"{WEEK}/guestbook", "feedback": f"{WEEK}/feedback", "its rules": f"{WEEK}/rules",
        "metrics": f"{WEEK}/metrics", "org receipt": f"{WEEK}/teams/{{team}}",
        "cards": "/cards", "card": "/cards/{card_id}",
        "home": "/organizer", "weeks": "/organizer/weeks", "week": ORGANIZED, "teams": f"{ORGANIZED}/teams",
        "draw": f"{ORGANIZED}/teams/draw", "merge": f"{ORGANIZED}/teams/{{team}}/merge",
        "move": f"{ORGANIZED}/teams/members/{{person_in_team}}", "calendar": f"{ORGANIZED}/shifts",
        "coverage": f"{ORGANIZED}/shifts/coverage", "slot": f"{ORGANIZED}/shifts/{{shift_id}}",
        "new shift": f"{ORGANIZED}/shifts/new", "sign-up settings": f"{ORGANIZED}/shifts/settings",
        "ledger": f"{ORGANIZED}/ledger", "adding": f"{ORGANIZED}/ledger/new",
        "entry": f"{ORGANIZED}/ledger/{{ledger_entry}}", "reversing": f"{ORGANIZED}/ledger/reversal?all=on",
        "lists": f"{ORGANIZED}/lists", "exports": "/organizer/exports?week={week}",
        "rehearsal": f"{ORGANIZED}/rehearsal", "preview": f"{ORGANIZED}/display",
        "desk": "/organizer/feedback?week={week}", "org reviews": "/organizer/reviews?week={week}",
        "forecast": "/organizer/forecast",
        "chat forecast": "/organizer/forecast?channel=chat", "tried forecast": "/organizer/forecast?handling=18",
        "people": "/organizer/people", "person": "/organizer/people/{person_id}",
        "displays": "/organizer/displays", "org remote": "/organizer/displays/remote",
        "messages": "/organizer/displays/messages", "ready list": "/organizer/ready",
    },
    "screen": {"display": "/display"},
}  # fmt: skip

OF_NO_WEEK: Mapping[Reader, Mapping[str, str]] = {
    "visitor": {
        "link": "/sign-in/link/{secret}", "unsubscribing": "/unsubscribe/{choice}",
        "linking slack": "/sign-in/slack/{open_link}",
    },
    "player": {"linking slack": "/sign-in/slack/{open_link}"},
    "organizer": {
        "person merge": "/organizer/people/{person_id}/merge", "org rules": "/organizer/rules",
        "rules history": "/organizer/rules/history", "rules version": "/organizer/rules/versions/{rules_version}",
        "one display": "/organizer/displays/{display_id}", "line": "/organizer/announcement",
        "appearance": "/organizer/appearance", "org guide": "/organizer/guide",
        "guide version": "/organizer/guide/versions/{guide_version}", "people lists": "/organizer/lists",
        "sources": "/organizer/sources", "connecting": "/organizer/sources/connect/{kind}",
        "connecting slack": "/organizer/sources/connect/slack", "connection": "/organizer/sources/{connection}",
        "slack": "/organizer/sources/slack", "backfill": "/organizer/sources/{keyed_connection}/backfill",
        "accounts": "/organizer/sources/{connection}/accounts", "deliveries": "/organizer/deliveries",
        "delivery": "/organizer/deliveries/{delivery_id}", "unmatched": "/organizer/unmatched",
        "identities": "/organizer/identities", "webhooks": "/organizer/webhooks",
        "webhook": "/organizer/webhooks/{webhook_id}", "tokens": "/organizer/tokens", "audit": "/organizer/audit",
    },
}  # fmt: skip
"""Pages that no week changes much: within its days is enough."""

NO_PAGES: Mapping[str, str] = {
    "/weeks/{week}/live": "a stream of the board’s fragments",
    "/weeks/{week}/shifts/live": "a stream of the calendar’s fragments",
    "/weeks/{week}/summary/present/live": "a stream of the stage’s fragments",
    "/display/live": "a stream of the display’s fragments",
    "/shifts": "leads to the page of the week at hand",
    "/summary": "leads to the page of the week at hand",
    "/display/pairing": "a document for the display’s script",
    "/display/pulse": "a document for the display’s script",
    "/weeks/{week}/summary/charts/{name}.svg": "a drawing that the summary shows, whose names are tested",
    "/weeks/{week}/summary/card.png": "a picture",
    "/brand.css": "a stylesheet",
    "/brand.png": "a picture",
    "/brand.webmanifest": "a manifest",
    "/me/mark.css": "a stylesheet",
    "/organizer/appearance/preview.css": "a stylesheet",
    "/robots.txt": "for robots",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/openapi.json": "for machines",
    "/metrics": "for machines",
    "/calendar/{feed}.ics": "a calendar",
    "/sign-in/company": "leads to the company’s page",
    "/sign-in/return": "leads back from it",
    "/me/shift": "leads to a shift",
    "/organizer/shifts": "leads to the page of the week at hand",
    "/organizer/teams": "leads to the page of the week at hand",
    "/organizer/ledger": "leads to the page of the week at hand",
    "/organizer/forecast/export": "a file",
    "/organizer/weeks/{week}/shifts/coverage/export": "a file",
}
"""Addresses that people read no sentences at, each with its reason."""
