"""The words organizers read for what the program calls by short names."""

ACTIONS = {
    "access.refused": "Refused",
    "activities.imported": "Imported activities",
    "activities.reinstated": "Undid a bulk reversal",
    "activities.reversed": "Reversed activities together",
    "activity.added": "Logged an activity for someone",
    "activity.reinstated": "Reinstated an activity",
    "activity.reversed": "Reversed an activity",
    "api-key.cleared": "Removed a source’s API key",
    "api-key.set": "Set a source’s API key",
    "audit.exported": "Exported the audit",
    "author.forgotten": "Forgot whose an id is",
    "author.named": "Said whose an id is",
    "backfill.cancelled": "Cancelled a backfill",
    "backfill.started": "Started a backfill",
    "calendar-feed.created": "Created a calendar feed",
    "calendar-feed.revoked": "Revoked a calendar feed",
    "connection.ended": "Disconnected a source",
    "connection.gone-changed": "Changed what becomes of what a source deletes",
    "connection.made": "Connected a source",
    "connection.rotated": "Changed a connection’s secret",
    "connection.secret-revoked": "Revoked a connection’s old secret",
    "counts.exported": "Exported counts of activities",
    "cover.approved": "Approved a cover",
    "cover.declined": "Declined a cover",
    "deliveries.replayed": "Had deliveries looked at again",
    "deliveries.set-aside": "Set deliveries aside",
    "display.paired": "Paired a display",
    "display.renamed": "Renamed a display",
    "display.revoked": "Unpaired a display",
    "guestbook.exported": "Exported a guestbook",
    "guestbook.hidden": "Hid a guestbook entry",
    "guestbook.shown": "Showed a guestbook entry again",
    "guestbook.withdrawn": "Withdrew a guestbook entry",
    "guide.changed": "Changed the guide",
    "identity.linked": "Linked a company account",
    "import.undone": "Undid an import",
    "job.dismissed": "Dismissed a job that failed",
    "job.revived": "Had a failed job tried again",
    "join-code.made": "Made a join code",
    "join-code.withdrawn": "Revoked a join code",
    "ledger.exported": "Exported the ledger",
    "link.made": "Made a sign-in link",
    "link.refused": "Asked in vain for a sign-in link",
    "link.revoked": "Revoked a sign-in link",
    "membership.changed": "Moved a person",
    "people.imported": "Imported people",
    "person.created": "Added a person",
    "person.removed": "Removed a person",
    "person.renamed": "Renamed a person",
    "person.switched-off": "Deactivated a person",
    "person.switched-on": "Reactivated a person",
    "presenter-link.made": "Made a presenter link",
    "role.changed": "Changed a role",
    "rotation.changed": "Chose the displays’ scenes",
    "rules.activated": "Changed the rules",
    "rules.refused": "Refused the rules file",
    "seat.offered": "Offered someone’s seat",
    "seat.withdrawn": "Withdrew the offer of a seat",
    "service-account.added": "Named a bot or service account",
    "service-account.removed": "Took a bot or service account off its list",
    "shift.cancelled": "Cancelled a shift",
    "shift.created": "Made a shift",
    "shift.edited": "Changed a shift",
    "shifts.exported": "Exported shifts",
    "shifts.generated": "Made shifts from a pattern",
    "shifts.imported": "Imported shifts",
    "shifts.settings-changed": "Changed how shifts work",
    "sign-in.ended": "Ended a sign-in",
    "sign-in.started": "Signed in",
    "standings.exported": "Exported standings",
    "team.adjusted": "Adjusted a team’s points",
    "team.made": "Made a team",
    "team.nudged": "Asked a team to take a shift",
    "team.removed": "Removed a team",
    "team.renamed": "Renamed a team",
    "teams.imported": "Imported teams",
    "token.created": "Made a token",
    "token.revoked": "Revoked a token",
    "waiting.ended": "Took someone off a waiting list",
    "webhook.added": "Added a webhook",
    "webhook.disabled": "Disabled a webhook",
    "webhook.enabled": "Enabled a webhook",
    "webhook.removed": "Removed a webhook",
    "webhook.replayed": "Had messages of a webhook sent again",
    "webhook.rotated": "Changed a webhook’s secret",
    "webhook.tested": "Sent a webhook a test message",
    "week.changed": "Changed a week",
    "week.closed": "Closed a week",
    "week.created": "Created a week",
    "week.frozen": "Froze a week",
    "week.hand-logs-limited": "Limited logs by hand",
    "week.opened": "Opened a week",
    "week.removed": "Deleted a draft week",
    "week.reopened": "Reopened a week",
    "week.revealed": "Revealed a week",
    "week.schedule-failed": "Couldn’t change a week as planned",
    "week.scheduled": "Planned a change of a week",
    "week.unscheduled": "Dropped a planned change of a week",
}

KINDS = {
    "activity": "Activities",
    "audit": "The audit",
    "bulk": "Bulk reversals",
    "connection": "Sources",
    "delivery": "Deliveries",
    "display": "Displays",
    "guestbook": "Guestbook entries",
    "guide": "The guide",
    "identity": "Identities",
    "import": "Imports",
    "job": "Jobs",
    "page": "Pages",
    "person": "People",
    "rotation": "Display scenes",
    "rules": "Rules",
    "shift": "Shifts",
    "team": "Teams",
    "token": "Tokens",
    "webhook": "Webhooks",
    "week": "Weeks",
}

ROLES = {
    "player": "Plays, and sees their own page.",
    "organizer": "Sets up weeks, teams, tokens and displays, and corrects the ledger.",
    "owner": "Does all of that, grants roles, and changes other owners.",
}

SCOPES = {
    "read": "Read weeks, teams, people, the ledger and the rules.",
    "activities:write": "Record activities. What a tool that reports work needs.",
    "shifts:write": "Sign people up for shifts, check them in and complete, by the rules that hold for players.",
    "ledger:correct": "Reverse and reinstate activities, adjust points.",
    "rules:write": "Preview rules and activate them.",
    "admin": "Everything above, and see behind a freeze. Only an owner makes these.",
}

WAYS = {
    "first": "the owner link",
    "invitation": "a sign-in link",
    "email": "a link by email",
    "join": "a join code",
    "company": "a company account",
}


JOBS = {
    "clocks.catch_up": "Looking at response times again",
    "clocks.take_over": "Taking clocks of tickets over from earlier deliveries",
    "backfill.fetch": "A page of a backfill",
    "shifts.plan": "Planning what happens by itself to shifts",
    "shifts.settle": "Settling a shift: its free seats, waiting list, covers and completions",
    "mail.notice": "A notice by email",
    "mail.sign_in_link": "A sign-in link by email",
    "shifts.remind": "Reminders of a shift",
    "week.change": "A planned opening, freeze or closing of a week",
    "upkeep.forget_ended": "Clearing away jobs that ended long ago",
}


def action(name: str) -> str:
    """An action in words; one that has none yet reads as it is called."""
    return ACTIONS.get(name, name.replace(".", ": ").replace("-", " ").capitalize())


def job(kind: str) -> str:
    """A kind of job in words; one that has none yet reads as it is called."""
    return JOBS.get(kind, kind)


def kind(name: str) -> str:
    """The name of an object's kind, as the filter lists it."""
    return KINDS.get(name, name.capitalize())
