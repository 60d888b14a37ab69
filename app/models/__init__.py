"""Tables, one file per aggregate; importing this package registers them all."""

from app.models.announcement import Announcement
from app.models.appearance import Appearance, LogoFile
from app.models.audit import AuditEntry
from app.models.backfill import ApiKey, Backfill
from app.models.bulk_reversal import BulkReversal
from app.models.calendar_feed import CalendarEvent, CalendarFeed
from app.models.card import CardChange, KnowledgeCard
from app.models.ceremony import Ceremony
from app.models.cheer import Cheer
from app.models.clock import KeptClockFact
from app.models.display import Display, Rotation, ScreenMessage, ScreenPlan
from app.models.feedback import FeedbackEntry, FeedbackItem
from app.models.forecast import ChannelPlan, ContactCount, ForecastDay
from app.models.guestbook import GuestbookEntry
from app.models.guide import GuideVersion
from app.models.import_row import ImportRow
from app.models.intake import Connection, Delivery, ServiceAccount, SourceIdentity, WithdrawnActivity
from app.models.job import QueuedJob
from app.models.ledger import LedgerEntry, Reversal, Timing
from app.models.list_import import ListImport
from app.models.notice import Notice, NoticeOptOut
from app.models.person import Identity, Person, PersonAddress
from app.models.ready import ReadyList, ReadyPerson, ReadyTick
from app.models.review import AnswerReview, CalibrationAnswer, CalibrationMark, ReviewPerson, ReviewRubric
from app.models.rule_set import RuleSet, RulesFile
from app.models.scheduled_change import ScheduledChange
from app.models.score import Score
from app.models.shift import Seat, SeatChange, SeatOffer, Shift, ShiftCredit, ShiftSettings, WaitingEntry
from app.models.sign_in import JoinCode, SignIn, SignInLink, Throttle
from app.models.slack import SlackMessage, SlackOptOut, SlackPace, SlackSocket, SlackTrouble, SlackWorkspace
from app.models.slack_people import SlackCall, SlackLink, SlackUser
from app.models.source_health import Heartbeat, Outage, RefusedDelivery
from app.models.team import Membership, Team
from app.models.token import Token
from app.models.topic_version import TopicVersion
from app.models.webhook import WebhookEndpoint, WebhookMessage, WebhookProgress
from app.models.week import Week, WeekEvent

__all__ = [
    "Announcement",
    "AnswerReview",
    "ApiKey",
    "Appearance",
    "AuditEntry",
    "Backfill",
    "BulkReversal",
    "CalendarEvent",
    "CalendarFeed",
    "CalibrationAnswer",
    "CalibrationMark",
    "CardChange",
    "Ceremony",
    "ChannelPlan",
    "Cheer",
    "Connection",
    "ContactCount",
    "Delivery",
    "Display",
    "FeedbackEntry",
    "FeedbackItem",
    "ForecastDay",
    "GuestbookEntry",
    "GuideVersion",
    "Heartbeat",
    "Identity",
    "ImportRow",
    "JoinCode",
    "KeptClockFact",
    "KnowledgeCard",
    "LedgerEntry",
    "ListImport",
    "LogoFile",
    "Membership",
    "Notice",
    "NoticeOptOut",
    "Outage",
    "Person",
    "PersonAddress",
    "QueuedJob",
    "ReadyList",
    "ReadyPerson",
    "ReadyTick",
    "RefusedDelivery",
    "Reversal",
    "ReviewPerson",
    "ReviewRubric",
    "Rotation",
    "RuleSet",
    "RulesFile",
    "ScheduledChange",
    "Score",
    "ScreenMessage",
    "ScreenPlan",
    "Seat",
    "SeatChange",
    "SeatOffer",
    "ServiceAccount",
    "Shift",
    "ShiftCredit",
    "ShiftSettings",
    "SignIn",
    "SignInLink",
    "SlackCall",
    "SlackLink",
    "SlackMessage",
    "SlackOptOut",
    "SlackPace",
    "SlackSocket",
    "SlackTrouble",
    "SlackUser",
    "SlackWorkspace",
    "SourceIdentity",
    "Team",
    "Throttle",
    "Timing",
    "Token",
    "TopicVersion",
    "WaitingEntry",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookProgress",
    "Week",
    "WeekEvent",
    "WithdrawnActivity",
]
