"""The API's documents: types, and what makes values of them. OpenAPI and docs/api.md are made of the types."""

from app.web.documents.boards import Leaderboard, Receipt, Standing, head_document, receipt_document, standing_document
from app.web.documents.calendar_feeds import (
    CalendarFeed,
    RevokedFeed,
    calendar_feed_document,
    revoked_feed_document,
)
from app.web.documents.ledger import (
    REPEAT,
    Activity,
    ActivityKey,
    ActivityList,
    BatchResult,
    Correction,
    activity_document,
    correction_document,
    recorded_document,
)
from app.web.documents.problems import PROBLEMS, Problem
from app.web.documents.rules import (
    ActiveRules,
    Preview,
    RuleSet,
    active_rules_document,
    preview_document,
    rule_set_document,
)
from app.web.documents.shifts import (
    GeneratedShifts,
    Shift,
    ShiftList,
    ShiftRules,
    planned_document,
    shift_document,
    shift_rules_document,
)
from app.web.documents.sign_ups import SignUp, SignUpList, sign_up_document
from app.web.documents.values import plain
from app.web.documents.waiting import WaitingPlace, waiting_document
from app.web.documents.weeks import (
    Person,
    PersonList,
    Team,
    TeamList,
    Week,
    WeekList,
    person_document,
    team_document,
    week_document,
)

__all__ = [
    "PROBLEMS",
    "REPEAT",
    "ActiveRules",
    "Activity",
    "ActivityKey",
    "ActivityList",
    "BatchResult",
    "CalendarFeed",
    "Correction",
    "GeneratedShifts",
    "Leaderboard",
    "Person",
    "PersonList",
    "Preview",
    "Problem",
    "Receipt",
    "RevokedFeed",
    "RuleSet",
    "Shift",
    "ShiftList",
    "ShiftRules",
    "SignUp",
    "SignUpList",
    "Standing",
    "Team",
    "TeamList",
    "WaitingPlace",
    "Week",
    "WeekList",
    "active_rules_document",
    "activity_document",
    "calendar_feed_document",
    "correction_document",
    "head_document",
    "person_document",
    "plain",
    "planned_document",
    "preview_document",
    "receipt_document",
    "recorded_document",
    "revoked_feed_document",
    "rule_set_document",
    "shift_document",
    "shift_rules_document",
    "sign_up_document",
    "standing_document",
    "team_document",
    "waiting_document",
    "week_document",
]  # fmt: skip
