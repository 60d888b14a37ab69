"""The table of deeds: what each request that may change something leaves in the audit, and the deeds beside those."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from sqlmodel import col, select

from app.config import PROJECT, sqlite_url
from app.db.database import Database
from app.domain.calendar.slots import WEDNESDAY_ROTATION, slot
from app.domain.view import EVERYTHING
from app.domain.webhooks.events import EVENTS
from app.models import AuditEntry, Person, ShiftSettings
from app.services import scheduling
from app.services.access import accounts, addresses, identities, links
from app.services.archives import exporting, importing
from app.services.cards import aging, cards
from app.services.displays import rotations
from app.services.exports import week_exports
from app.services.forecasts import staffing
from app.services.imports import batch, imports, people_import
from app.services.intake import (
    api_keys,
    backfills,
    connections,
    delivery_search,
    service_accounts,
    unmatched,
)
from app.services.intake.delivery_search import Wanted
from app.services.operations import restores, schema
from app.services.operations.secrets import SigningKey
from app.services.organizing import join_codes
from app.services.people import people
from app.services.rules import rule_sets
from app.services.shifts import covers, editing, seats, shifts, waiting
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.shifts import ShiftFields
from app.services.slack import sockets, workspaces
from app.services.teams import teams
from app.services.webhooks import endpoints, messages
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import Action, Slot
from tests.builders import ADA, BO, OWLS, PACIFIC, SIGNING_KEY, SLUG, Game, a_week, act_by, an_activity
from tests.integrations.sources.samples import JIRA
from tests.services.intake.inbox import Inbox
from tests.web.role_clients import RoleClients
from tests.web.route_access import API, ROUTES, SIGN_UP, Role, RouteAccess, expected
from tests.web.running_app import RunningApp

ACTION = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
ORGANIZER = "/organizer"
LISTS = f"{ORGANIZER}/weeks/{{week}}/lists"
LEDGER = f"{ORGANIZER}/weeks/{{week}}/ledger"
TEAMS = f"{ORGANIZER}/weeks/{{week}}/teams"
SHIFTS = f"{ORGANIZER}/weeks/{{week}}/shifts"
OF_API = f"{API}/weeks/{{week}}/shifts"
PERSON = f"{ORGANIZER}/people/{{person_id}}"
NOTES: dict[tuple[str, str], list[str]] = {
    ("POST", f"{API}/weeks/{{week}}/activities"): [],
    ("POST", f"{API}/weeks/{{week}}/activities/batch"): [],
    ("POST", f"{API}/activities/{{activity_id}}/reversal"): ["activity.reversed"],
    ("POST", f"{API}/activities/{{activity_id}}/reinstatement"): [],
    ("POST", f"{API}/weeks/{{week}}/adjustments"): ["team.adjusted"],
    ("PATCH", f"{API}/weeks/{{week}}/schedule"): ["week.scheduled"],
    ("POST", f"{API}/weeks/{{week}}/feedback"): ["feedback.created"],
    ("PATCH", f"{API}/weeks/{{week}}/feedback/{{feedback_id}}"): ["feedback.changed"],
    ("PATCH", f"{API}/cards/{{card_id}}"): ["card.verified"],
    ("POST", "/me/reviews"): [],
    ("POST", "/me/reviews/asked"): [],
    ("POST", "/me/reviews/calibration/{answer_id}"): [],
    ("POST", "/me/reviews/{review_id}"): [],
    ("POST", "/me/reviews/{own_review}/deletion"): [],
    ("POST", "/organizer/reviews"): ["rubric.changed"],
    ("POST", "/organizer/weeks/{week}/calibration"): ["calibration.chosen"],
    ("POST", "/cards"): ["cards.exported"],
    ("POST", "/cards/{card_id}"): ["card.edited"],
    ("POST", "/cards/{card_id}/owner"): ["card.owned"],
    ("POST", "/cards/{card_id}/verification"): ["card.verified"],
    ("POST", "/cards/{due_card}/retirement"): ["card.retired"],
    ("POST", "/organizer/weeks/{week}/feedback"): ["feedback.created"],
    ("POST", "/organizer/weeks/{week}/feedback/{feedback_id}"): ["feedback.changed"],
    ("POST", f"{API}/weeks/{{closed_week}}/state"): ["week.archived"],
    ("POST", f"{API}/weeks/{{week}}/copy"): ["week.created", "teams.imported"],
    ("POST", f"{API}/weeks/{{played_week}}/rehearsal"): ["rehearsal.begun"],
    ("PATCH", f"{API}/weeks/{{rehearsed_week}}/rehearsal"): ["rehearsal.moved"],
    ("DELETE", f"{API}/weeks/{{rehearsed_week}}/rehearsal"): ["rehearsal.thrown-away"],
    ("POST", OF_API): ["shift.created"],
    ("POST", f"{OF_API}/generate"): ["shifts.generated"],
    ("PATCH", f"{OF_API}/settings"): ["shifts.settings-changed"],
    ("PATCH", f"{OF_API}/{{shift_id}}"): [],
    ("POST", f"{OF_API}/{{shift_id}}/cancellation"): ["shift.cancelled"],
    ("POST", f"{OF_API}/{{shift_id}}/waiting"): [],
    ("DELETE", f"{OF_API}/{{shift_id}}/waiting"): [],
    ("POST", f"{OF_API}/{{shift_id}}/sign-ups"): [],
    ("DELETE", SIGN_UP): [],
    ("POST", f"{SIGN_UP}/check-in"): [],
    ("POST", f"{SIGN_UP}/complete"): [],
    ("POST", f"{SIGN_UP}/offer"): ["seat.offered"],
    ("DELETE", f"{SIGN_UP}/offer"): [],
    ("POST", f"{SIGN_UP}/accept"): [],
    ("POST", f"{SIGN_UP}/approval"): [],
    ("POST", f"{SIGN_UP}/correction"): [],
    ("POST", f"{API}/deliveries/{{delivery_id}}/replay"): [],
    ("POST", f"{API}/weeks/{{week}}/teams/{{team_id}}/merge"): ["team.merged"],
    ("POST", f"{TEAMS}/{{team}}/look"): ["team.look"],
    ("POST", f"{TEAMS}/{{team}}/merge"): ["team.merged"],
    ("POST", f"{API}/people/{{person_id}}/merge"): ["person.merged"],
    ("POST", f"{API}/people/{{person_id}}/addresses"): ["address.added"],
    ("DELETE", f"{API}/people/{{person_id}}/addresses"): [],
    ("POST", f"{API}/identities"): ["author.named"],
    ("DELETE", f"{API}/identities/{{identity_id}}"): ["author.forgotten"],
    ("POST", f"{API}/sources/{{connection}}/accounts"): ["service-account.added"],
    ("DELETE", f"{API}/sources/{{connection}}/accounts"): [],
    ("POST", f"{ORGANIZER}/deliveries/replay"): ["deliveries.replayed"],
    ("POST", f"{ORGANIZER}/deliveries/{{delivery_id}}/replay"): [],
    ("POST", f"{ORGANIZER}/unmatched/{{unmatched_id}}/credit"): ["author.named"],
    ("POST", f"{ORGANIZER}/unmatched/{{unmatched_id}}/bot"): ["service-account.added"],
    ("POST", f"{ORGANIZER}/unmatched/{{unmatched_id}}/aside"): [],
    ("POST", f"{ORGANIZER}/identities"): ["author.named"],
    ("POST", f"{ORGANIZER}/identities/{{identity_id}}/remove"): ["author.forgotten"],
    ("POST", f"{PERSON}/identities"): ["author.named"],
    ("POST", f"{ORGANIZER}/sources/{{connection}}/accounts"): ["service-account.added"],
    ("POST", f"{ORGANIZER}/sources/{{connection}}/accounts/remove"): [],
    ("POST", "/hooks/{connection}"): [],
    ("POST", "/hooks/{connection}/"): [],
    ("POST", "/hooks/{connection}/{url_key}"): [],
    ("POST", f"{API}/webhooks"): ["webhook.added"],
    ("PATCH", f"{API}/webhooks/{{webhook_id}}"): ["webhook.disabled"],
    ("DELETE", f"{API}/webhooks/{{webhook_id}}"): ["webhook.removed"],
    ("POST", f"{API}/webhooks/{{webhook_id}}/rotation"): ["webhook.rotated"],
    ("POST", f"{API}/webhooks/{{webhook_id}}/test"): ["webhook.tested"],
    ("POST", f"{API}/webhooks/{{webhook_id}}/replay"): [],
    ("POST", f"{API}/webhooks/{{webhook_id}}/messages/{{message_id}}/replay"): ["webhook.replayed"],
    ("POST", f"{API}/displays"): ["display.paired"],
    ("PATCH", f"{API}/displays/{{display_id}}"): ["display.renamed"],
    ("DELETE", f"{API}/displays/{{display_id}}"): ["display.revoked"],
    ("PATCH", f"{API}/displays/{{display_id}}/settings"): ["display.changed"],
    ("POST", f"{API}/displays/{{display_id}}/remote"): ["display.remote"],
    ("POST", f"{API}/display-messages"): ["message.written"],
    ("PATCH", f"{API}/display-messages/{{screen_message}}"): ["message.changed"],
    ("DELETE", f"{API}/display-messages/{{screen_message}}"): ["message.removed"],
    ("PATCH", f"{API}/weeks/{{week}}/teams/{{team_id}}/look"): ["team.look"],
    ("POST", f"{API}/weeks"): ["week.created"],
    ("PATCH", f"{API}/weeks/{{week}}"): ["week.changed"],
    ("DELETE", f"{API}/weeks/{{draft_week}}"): ["week.removed"],
    ("POST", f"{API}/weeks/{{week}}/teams"): ["team.made"],
    ("PATCH", f"{API}/weeks/{{week}}/teams/{{team_id}}"): ["team.renamed"],
    ("DELETE", f"{API}/weeks/{{week}}/teams/{{empty_team_id}}"): ["team.removed"],
    ("POST", f"{API}/weeks/{{week}}/teams/{{empty_team_id}}/members"): ["person.created", "membership.changed"],
    ("PATCH", f"{API}/weeks/{{week}}/members/{{member_id}}"): ["membership.changed"],
    ("PUT", f"{API}/weeks/{{week}}/teams/{{team_id}}/join-code"): ["join-code.made"],
    ("DELETE", f"{API}/weeks/{{week}}/teams/{{team_id}}/join-code"): ["join-code.withdrawn"],
    ("POST", f"{API}/weeks/{{week}}/invitations"): ["link.made"],
    ("POST", f"{API}/weeks/{{week}}/reversals"): ["activities.reversed"],
    ("POST", f"{API}/weeks/{{week}}/reversals/{{bulk_id}}/undo"): ["activities.reinstated"],
    ("POST", f"{API}/calendar-feeds"): ["calendar-feed.created"],
    ("DELETE", f"{API}/calendar-feeds/{{feed_id}}"): ["calendar-feed.revoked"],
    ("POST", f"{API}/rules/preview"): [],
    ("PUT", f"{API}/contacts"): ["contacts.imported"],
    ("POST", f"{API}/capacity/email"): [],
    ("POST", f"{API}/capacity/chat"): [],
    ("PUT", f"{API}/announcement"): ["announcement.changed"],
    ("DELETE", f"{API}/announcement"): ["announcement.cleared"],
    ("PUT", f"{API}/appearance"): ["appearance.changed"],
    ("PUT", f"{API}/appearance/logo"): ["appearance.changed"],
    ("DELETE", f"{API}/appearance/logo"): ["appearance.changed"],
    ("PUT", f"{API}/rules"): ["rules.activated"],
    ("POST", "/weeks/{week}/summary/present"): [],
    ("POST", "/weeks/{week}/activities/{mates_activity}/cheer"): [],
    ("POST", "/weeks/{week}/guestbook"): [],
    ("POST", "/weeks/{week}/guestbook/{own_entry}/withdraw"): ["guestbook.withdrawn"],
    ("POST", "/weeks/{week}/guestbook/{entry}/hide"): ["guestbook.hidden"],
    ("POST", "/weeks/{week}/guestbook/{hidden_entry}/show"): ["guestbook.shown"],
    ("POST", "/weeks/{week}/guestbook/export"): ["guestbook.exported"],
    ("POST", "/csp-reports"): [],
    ("POST", "/sign-in/link/{secret}"): ["sign-in.started"],
    ("POST", "/sign-in/slack/{open_link}"): ["author.named"],
    ("POST", "/sign-in/slack/{used_link}/undo"): ["author.forgotten"],
    ("POST", "/sign-in/email"): [],
    ("POST", "/sign-in/return"): [],
    ("POST", "/join/{code}"): ["person.created", "membership.changed", "sign-in.started"],
    ("POST", "/me/log"): [],
    ("POST", "/me/activities/{own_log}/undo"): ["activity.reversed"],
    ("POST", "/me/notices/read"): [],
    ("POST", "/me/notices/settings"): [],
    ("POST", "/me/ready"): [],
    ("POST", "/unsubscribe/{choice}"): [],
    ("POST", "/me/calendar"): ["calendar-feed.created"],
    ("POST", "/me/calendar/{own_feed}/revoke"): ["calendar-feed.revoked"],
    ("POST", "/me/settings"): ["person.renamed"],
    ("POST", "/me/sign-ins/{sign_in}/end"): ["sign-in.ended"],
    ("POST", "/me/sign-ins/end-others"): ["sign-in.ended"],
    ("POST", "/sign-out"): ["sign-in.ended"],
    ("POST", "/display/pairing"): [],
    ("POST", "/organizer/jobs/{job_id}/retry"): ["job.revived"],
    ("POST", "/organizer/sources"): ["connection.made"],
    ("POST", "/organizer/sources/{connection}/secret"): ["connection.rotated"],
    ("POST", "/organizer/sources/{connection}/key"): [],
    ("POST", "/organizer/sources/{connection}/revoke"): [],
    ("POST", "/organizer/sources/{connection}/gone"): [],
    ("POST", "/organizer/sources/{connection}/send"): [],
    ("POST", "/organizer/sources/{connection}/disconnect"): ["connection.ended"],
    ("POST", "/weeks/{week}/shifts/{shift_id}/take"): [],
    ("POST", "/weeks/{week}/shifts/{shift_id}/take-team"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/leave"): [],
    ("POST", "/weeks/{week}/shifts/{full_shift}/wait"): [],
    ("POST", "/weeks/{week}/shifts/{waited_shift}/stop-waiting"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/offer"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/withdraw"): [],
    ("POST", "/weeks/{week}/shifts/{shift_id}/seats/{offered_seat}/cover"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/undo-team"): [],
    ("POST", "/weeks/{week}/shifts/{shift_id}/withdraw-request"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/log"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/check-in"): [],
    ("POST", "/weeks/{week}/shifts/{own_shift}/complete"): [],
    ("POST", "/organizer/jobs/{job_id}/dismiss"): ["job.dismissed"],
    ("POST", "/organizer/weeks"): ["week.created"],
    ("POST", "/organizer/weeks/{week}/edit"): ["week.changed"],
    ("POST", "/organizer/weeks/{week}/copy"): [
        "week.created",
        "shifts.settings-changed",
        "team.made",
        "shifts.generated",
    ],
    ("POST", "/organizer/weeks/{open_week}/schedule"): ["week.scheduled"],
    ("POST", "/organizer/weeks/{open_week}/schedule/remove"): [],
    ("POST", "/organizer/weeks/{played_week}/rehearsal"): ["rehearsal.begun"],
    ("POST", "/organizer/weeks/{rehearsed_week}/rehearsal/clock"): ["rehearsal.moved"],
    ("POST", "/organizer/weeks/{rehearsed_week}/rehearsal/end"): ["rehearsal.thrown-away"],
    ("POST", "/organizer/weeks/{closed_week}/archive"): ["week.archived"],
    ("POST", "/organizer/weeks/{archived_week}/unarchive"): ["week.unarchived"],
    ("POST", "/organizer/weeks/{draft_week}/remove"): ["week.removed"],
    ("POST", "/organizer/weeks/{draft_week}/open"): ["week.opened"],
    ("POST", "/organizer/weeks/{closed_week}/reopen"): ["week.reopened"],
    ("POST", "/organizer/weeks/{open_week}/close"): ["week.closed"],
    ("POST", "/organizer/weeks/{open_week}/freeze"): ["week.frozen"],
    ("POST", "/organizer/weeks/{frozen_week}/reveal"): ["week.revealed"],
    ("POST", "/organizer/weeks/{week}/presenter"): ["presenter-link.made"],
    ("POST", "/organizer/weeks/{week}/export"): ["ledger.exported"],
    ("POST", LEDGER): ["activity.added"],
    ("POST", f"{LEDGER}/reversal"): ["activities.reversed"],
    ("POST", f"{LEDGER}/reversal/undo"): ["activities.reinstated"],
    ("POST", f"{LEDGER}/limit"): ["week.hand-logs-limited"],
    ("POST", f"{LEDGER}/adjustment"): ["team.adjusted"],
    ("POST", f"{LEDGER}/{{ledger_entry}}/reversal"): ["activity.reversed"],
    ("POST", f"{LEDGER}/{{ledger_entry}}/reinstatement"): [],
    ("POST", TEAMS): ["team.made"],
    ("POST", f"{TEAMS}/draw"): [],
    ("POST", f"{TEAMS}/{{team}}/name"): ["team.renamed"],
    ("POST", f"{TEAMS}/{{empty_team}}/remove"): ["team.removed"],
    ("POST", f"{TEAMS}/import"): ["teams.imported"],
    ("POST", f"{LISTS}"): [],
    ("POST", f"{LISTS}/undo"): ["team.removed", "person.removed", "import.undone"],
    ("POST", f"{ORGANIZER}/lists"): [],
    ("POST", f"{ORGANIZER}/lists/undo"): ["author.forgotten", "import.undone"],
    ("POST", f"{TEAMS}/invitations"): ["link.made"],
    ("POST", f"{TEAMS}/members/{{person_in_team}}"): ["membership.changed"],
    ("POST", f"{TEAMS}/{{empty_team}}/members"): ["person.created", "membership.changed"],
    ("POST", f"{TEAMS}/{{team}}/code"): ["join-code.made"],
    ("POST", f"{TEAMS}/{{team}}/code/withdraw"): ["join-code.withdrawn"],
    ("POST", f"{TEAMS}/{{team}}/adjustment"): ["team.adjusted"],
    ("POST", SHIFTS): ["shift.created"],
    ("POST", f"{SHIFTS}/generate"): ["shifts.generated"],
    ("POST", f"{SHIFTS}/import"): ["shifts.imported"],
    ("POST", f"{SHIFTS}/settings"): ["shifts.settings-changed"],
    ("POST", f"{SHIFTS}/coverage/nudges/{{team}}"): ["team.nudged"],
    ("POST", f"{SHIFTS}/edit"): ["shift.edited"],
    ("POST", f"{SHIFTS}/{{shift_id}}"): ["shift.edited"],
    ("POST", f"{SHIFTS}/{{shift_id}}/cancel"): ["shift.cancelled"],
    ("POST", f"{SHIFTS}/{{shift_id}}/completion"): [],
    ("POST", f"{SHIFTS}/{{shift_id}}/sign-ups"): [],
    ("POST", f"{SHIFTS}/{{shift_id}}/sign-ups/{{sign_up_id}}"): [],
    ("POST", f"{SHIFTS}/{{shift_id}}/sign-ups/{{sign_up_id}}/approval"): [],
    ("POST", f"{SHIFTS}/{{shift_id}}/sign-ups/{{sign_up_id}}/offer"): ["seat.offered"],
    ("POST", f"{SHIFTS}/{{shift_id}}/sign-ups/{{sign_up_id}}/offer/withdrawal"): [],
    ("POST", f"{SHIFTS}/{{shift_id}}/waiting/end"): [],
    ("POST", "/organizer/people"): ["person.created", "link.made"],
    ("POST", f"{PERSON}/link"): ["link.made"],
    ("POST", f"{PERSON}/link/mail"): [],
    ("POST", "/organizer/people/{invited}/link/revoke"): ["link.revoked"],
    ("POST", f"{PERSON}/switch-off"): ["person.switched-off"],
    ("POST", f"{PERSON}/switch-on"): [],
    ("POST", f"{PERSON}/role"): ["role.changed"],
    ("POST", f"{PERSON}/sign-ins/end"): [],
    ("POST", f"{PERSON}/name"): ["person.renamed"],
    ("POST", f"{PERSON}/merge"): ["person.merged"],
    ("POST", f"{PERSON}/addresses"): ["address.added"],
    ("POST", f"{PERSON}/addresses/main"): [],
    ("POST", f"{PERSON}/addresses/remove"): [],
    ("POST", "/organizer/people/{ada}/activities/{activity_id}/reversal"): ["activity.reversed"],
    ("POST", "/organizer/people/{ada}/activities/{activity_id}/reinstatement"): [],
    ("POST", "/organizer/displays"): ["display.paired"],
    ("POST", "/organizer/displays/rotation"): [],
    ("POST", "/organizer/displays/{display_id}/name"): ["display.renamed"],
    ("POST", "/organizer/displays/{display_id}/revoke"): ["display.revoked"],
    ("POST", "/organizer/displays/{display_id}/look"): ["display.changed"],
    ("POST", "/organizer/displays/{display_id}/rotation"): [],
    ("POST", "/organizer/displays/remote"): ["display.remote"],
    ("POST", "/organizer/displays/messages"): ["message.written"],
    ("POST", "/organizer/displays/messages/{screen_message}"): ["message.changed"],
    ("POST", "/organizer/displays/messages/{screen_message}/removal"): ["message.removed"],
    ("POST", "/organizer/rules"): ["rules.activated"],
    ("POST", "/organizer/rules/check"): [],
    ("POST", "/organizer/rules/run"): [],
    ("POST", "/organizer/announcement"): ["announcement.changed"],
    ("POST", "/organizer/announcement/clear"): ["announcement.cleared"],
    ("POST", "/organizer/appearance"): ["appearance.changed"],
    ("POST", "/organizer/appearance/reset"): ["appearance.changed"],
    ("POST", "/organizer/appearance/logo"): ["appearance.changed"],
    ("POST", "/organizer/appearance/logo/remove"): ["appearance.changed"],
    ("POST", "/organizer/guide"): ["guide.changed"],
    ("POST", "/organizer/ready"): ["ready-list.changed"],
    ("POST", "/organizer/guide/versions/{guide_version}/restore"): ["guide.changed"],
    ("POST", "/organizer/sources/{keyed_connection}/backfill"): ["backfill.started"],
    ("POST", "/organizer/sources/{asked_connection}/backfill/cancel"): ["backfill.cancelled"],
    ("POST", "/organizer/sources/{connection}/backfill/key"): ["api-key.set"],
    ("POST", "/organizer/sources/{connection}/bot-token"): [],
    ("POST", "/organizer/sources/{connection}/bot-token/clear"): [],
    ("POST", "/organizer/sources/{connection}/app-token"): [],
    ("POST", "/organizer/sources/{connection}/app-token/clear"): [],
    ("POST", "/organizer/sources/{connection}/slack-test"): [],
    ("POST", "/organizer/sources/{keyed_connection}/backfill/key/clear"): ["api-key.cleared"],
    ("POST", "/organizer/webhooks"): ["webhook.added"],
    ("POST", "/organizer/webhooks/{webhook_id}/rotate"): ["webhook.rotated"],
    ("POST", "/organizer/webhooks/{webhook_id}/test"): ["webhook.tested"],
    ("POST", "/organizer/webhooks/{webhook_id}/enable"): [],
    ("POST", "/organizer/webhooks/{webhook_id}/disable"): ["webhook.disabled"],
    ("POST", "/organizer/webhooks/{webhook_id}/remove"): ["webhook.removed"],
    ("POST", "/organizer/webhooks/{webhook_id}/replay"): [],
    ("POST", "/organizer/webhooks/{webhook_id}/messages/{message_id}/replay"): ["webhook.replayed"],
    ("POST", "/organizer/forecast/contacts"): ["contacts.imported"],
    ("POST", "/organizer/forecast/days"): ["forecast.day-marked"],
    ("POST", "/organizer/forecast/days/remove"): ["forecast.day-unmarked"],
    ("POST", "/organizer/forecast/plan"): ["forecast.plan-saved"],
    ("POST", "/organizer/tokens"): ["token.created"],
    ("POST", "/organizer/tokens/{token_id}/revoke"): ["token.revoked"],
    ("POST", "/organizer/audit/export"): ["audit.exported"],
}
"""In the table of doors' own circumstances: an activity that stands, a team without a code, and so on."""


def renew_and_withdraw_a_code(game: Game) -> None:
    with game.database.unit_of_work() as session:
        team = teams.find(session, weeks.find(session, SLUG, game.now), game.team_id(OWLS))
        for change in (join_codes.renew, join_codes.withdraw):
            change(session, team, game.act)


def reverse_and_reinstate(game: Game) -> None:
    entry = game.take().entry
    game.reverse(entry)
    game.reinstate(entry)


def switch_off_and_on(game: Game) -> None:
    with game.database.unit_of_work() as session:
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        for on in (False, True):
            accounts.switch(session, ada, act_by("Olu", game.now), on=on)


def read_a_broken_rules_file(game: Game) -> None:
    with game.database.unit_of_work() as session:
        rule_sets.read_file(session, "format = 2", act_by("rules file", game.now))


def come_in_with_the_company(game: Game) -> None:
    with game.database.unit_of_work() as session:
        identities.find_or_link(session, act_by("", game.now), issuer="i", subject="s", name="Ada", email=ADA)


def ask_for_links(game: Game) -> None:
    with game.database.unit_of_work() as session:
        for email in (ADA, "nobody@example.com"):
            links.make_asked_for(session, email, act_by("the sign-in page", game.now))


def choose_other_scenes(game: Game) -> None:
    with game.database.unit_of_work() as session:
        rotations.choose(session, "board:20", act_by("Olu", game.now))


def replay_and_set_aside_deliveries(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("jira")
    waiting = inbox.take("jira", JIRA, {**JIRA.body, "user": None})
    with game.database.unit_of_work() as session:
        unmatched.set_aside(session, waiting, game.act)
        delivery_search.replay_all(session, Wanted(), game.act)


def own_the_installation(game: Game) -> None:
    with game.database.unit_of_work() as session:
        accounts.make_owner(session, act_by("", game.now), name="Olu", email="olu@example.com")


def export_tables(game: Game) -> None:
    with game.database.unit_of_work() as session:
        week = weeks.find(session, SLUG, game.now)
        for what in week_exports.EVERY:
            week_exports.note(session, week, what, "csv", 0, EVERYTHING, game.act)


def set_shifts_to_the_forecast(game: Game) -> None:
    with game.database.unit_of_work() as session:
        later = slot(date(2022, 9, 16), 18 * 60, 20 * 60, PACIFIC)
        shift = shifts.create(session, SLUG, later, ShiftFields(), game.act)
        staffing.apply(session, SLUG, {shift.id: 4}, game.act)


def take_a_week_elsewhere(game: Game) -> None:
    file = BytesIO()
    with game.database.unit_of_work() as session:
        exporting.note(session, exporting.export(session, SLUG, file, game.now), game.act)
    with game.database.unit_of_work() as session:
        importing.bring_in(session, file, game.act, slug="elsewhere")


def make_shifts(game: Game) -> None:
    monday = date(2022, 9, 12)
    with game.database.unit_of_work() as session:
        shifts.create(session, SLUG, slot(monday, 6 * 60, 8 * 60, PACIFIC), ShiftFields(), game.act)
        shifts.generate(session, SLUG, WEDNESDAY_ROTATION, monday, date(2022, 9, 16), ShiftFields(), game.act)


def connect_and_disconnect_a_tool(game: Game) -> None:
    key = SigningKey(SIGNING_KEY)
    with game.database.unit_of_work() as session:
        connections.connect(session, key, "linear", game.act)
        connections.rotate(session, key, "linear", game.act)
        connections.revoke_previous(session, "linear", game.act)
        connections.reverse_gone(session, "linear", game.act, is_on=True)
        api_keys.set_key(session, key, "linear", game.act, secret="lin_api_0123")
        backfills.start(session, "linear", game.now, game.act)
        backfills.cancel(session, "linear", game.act)
        api_keys.clear(session, "linear", game.act)
        made = connections.connect(session, key, "slack", game.act).connection
        workspaces.set_token(session, key, "slack", game.act, token="xoxb-0123456789")
        workspaces.clear_token(session, "slack", game.act)
        sockets.set_token(session, key, "slack", game.act, token="xapp-1-0123456789")
        sockets.clear_token(session, "slack", game.act)
        sockets.set_token(session, key, "slack", game.act, token="xapp-1-0123456789")
        sockets.removed(session, made.id, game.now, game.act, "Removed")
        workspaces.announce_in(session, made.id, "", game.act)
        workspaces.set_token(session, key, "slack", game.act, token="xoxb-0123456789")
        workspaces.revoked(session, made.id, game.now, game.act, "Removed")
        service_accounts.add(session, "linear", "@robot", game.act)
        service_accounts.remove(session, "linear", "@robot", game.act)
        connections.disconnect(session, "linear", game.act)


def tell_and_forget_a_webhook(game: Game) -> None:
    with game.database.unit_of_work() as session:
        made = endpoints.add(session, SigningKey(SIGNING_KEY), game.act, url="https://a.example.com/", events=EVENTS)
        endpoint_id = made.endpoint.id
        endpoints.rotate(session, SigningKey(SIGNING_KEY), endpoint_id, game.act)
        messages.send_test(session, made.endpoint, game.act)
        endpoints.disable(session, endpoint_id, game.act)
        messages.replay_failed(session, endpoints.enable(session, endpoint_id, game.act), game.act)
        endpoints.remove(session, endpoint_id, game.act)


def arrange_covers(game: Game) -> None:
    with game.database.unit_of_work() as session:
        people = {person.email: person.id for person in session.exec(select(Person))}
        session.add(ShiftSettings(week_id=game.week().id, approve_covers=1))
        span = slot(date(2022, 9, 16), 6 * 60, 8 * 60, PACIFIC)
        shift = shifts.create(session, SLUG, span, ShiftFields(), game.act)
        for approve in (False, True):
            seat = seats.sign_up(session, SLUG, shift.id, people[ADA], game.act).seat
            covers.offer(session, SLUG, shift.id, seat.id, "everyone", game.act)
            if not approve:
                covers.withdraw(session, SLUG, shift.id, seat.id, game.act)
                covers.offer(session, SLUG, shift.id, seat.id, "everyone", game.act)
            covers.accept(session, SLUG, shift.id, seat.id, people[BO], game.act)
            covers.decide(session, SLUG, shift.id, seat.id, game.act, approve=approve)


def take_somebody_off_a_waiting_list(game: Game) -> None:
    with game.database.unit_of_work() as session:
        people = {person.email: person.id for person in session.exec(select(Person))}
        span = slot(date(2022, 9, 16), 6 * 60, 8 * 60, PACIFIC)
        shift = shifts.create(session, SLUG, span, ShiftFields(seats=1), game.act)
        seats.sign_up(session, SLUG, shift.id, people[ADA], game.act)
        waiting.join(session, SLUG, shift.id, people[BO], game.act)
        waiting.leave_list(session, SLUG, shift.id, people[BO], game.act, reason="He moved")


def restore_a_backup(game: Game) -> None:
    """Only a file can be: its audit says so, and the game's goes on as if nothing had happened."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "copy.sqlite3"
        copy = Database(sqlite_url(file))
        schema.migrate(copy)
        copy.dispose()
        restores.restore(Path(folder) / "restored.sqlite3", file, game.act)
        restored = Database(sqlite_url(Path(folder) / "restored.sqlite3"))
        [entry] = noted(restored, 0)
        restored.dispose()
    with game.database.unit_of_work() as session:
        session.add(AuditEntry(**entry.model_dump(exclude={"id"})))


def edit_and_cancel_a_shift(game: Game) -> None:
    with game.database.unit_of_work() as session:
        span = slot(date(2022, 9, 16), 6 * 60, 8 * 60, PACIFIC)
        shift = shifts.create(session, SLUG, span, ShiftFields(), game.act)
        editing.edit(session, SLUG, shift.id, ShiftChanges(label="Phone"), 1, game.act)
        editing.cancel(session, SLUG, shift.id, game.act, reason="Nobody is there")


def import_activities(game: Game) -> None:
    """A list of activities is imported."""
    lines = list(batch.read_ndjson(json.dumps(an_activity()).encode()))
    imports.import_activities(game.database, SLUG, lines, game.act)


def import_people(game: Game) -> None:
    """A list of people is imported."""
    with game.database.unit_of_work() as session:
        people_import.apply(session, people_import.read("email,name\nnew@example.com,New\n"), game.act)


def let_a_card_grow_old(game: Game) -> None:
    """A card is verified, and due 90 days later."""
    card = game.take(kind="knowledge_card", source="guru").entry
    with game.database.unit_of_work() as session:
        bo = people.by_email(session, [BO])[BO]
        cards.verify(session, card.id, bo.id, game.act)
        aging.look(session, game.act.at(game.now + timedelta(days=91)))


def plan_and_drop_a_closing(game: Game) -> None:
    """A closing planned and dropped, and an opening that comes too late."""
    with game.database.unit_of_work() as session:
        a_week(session, "draft", state="draft")
        close: dict[Action, Slot | None] = {"close": Slot(game.now + timedelta(days=1))}
        schedule.change(session, "draft", close, game.act)
        schedule.change(session, SLUG, close, game.act)
        schedule.change(session, SLUG, {"close": None}, game.act)
        scheduling.run_due(session, game.now + timedelta(days=2))


def give_and_take_addresses(game: Game) -> None:
    """A person gets a further e-mail, which becomes their main one, and loses the other."""
    with game.database.unit_of_work() as session:
        ada = people.by_email(session, [ADA])[ADA].id
        addresses.add(session, ada, "ada@home.example", game.act)
        addresses.make_main(session, ada, "ada@home.example", game.act)
        addresses.remove(session, ada, ADA, game.act)


BESIDES: dict[Callable[[Game], None], list[str]] = {
    import_activities: ["activities.imported"],
    import_people: ["people.imported"],
    let_a_card_grow_old: ["card.verified", "card.due"],
    plan_and_drop_a_closing: [
        "week.created",
        "week.scheduled",
        "week.scheduled",
        "week.unscheduled",
        "week.schedule-failed",
    ],
    give_and_take_addresses: ["address.added", "address.chosen", "address.removed"],
    renew_and_withdraw_a_code: ["join-code.made", "join-code.withdrawn"],
    reverse_and_reinstate: ["activity.reversed", "activity.reinstated"],
    switch_off_and_on: ["person.switched-off", "person.switched-on"],
    read_a_broken_rules_file: ["rules.refused"],
    come_in_with_the_company: ["identity.linked"],
    ask_for_links: ["link.made", "link.refused"],
    choose_other_scenes: ["rotation.changed"],
    connect_and_disconnect_a_tool: [
        "connection.made",
        "connection.rotated",
        "connection.secret-revoked",
        "connection.gone-changed",
        "api-key.set",
        "backfill.started",
        "backfill.cancelled",
        "api-key.cleared",
        "connection.made",
        "slack.token-set",
        "slack.token-cleared",
        "slack.app-token-set",
        "slack.app-token-cleared",
        "slack.app-token-set",
        "slack.app-token-revoked",
        "slack.channel-set",
        "slack.token-set",
        "slack.token-revoked",
        "service-account.added",
        "service-account.removed",
        "connection.ended",
    ],
    replay_and_set_aside_deliveries: ["connection.made", "deliveries.set-aside", "deliveries.replayed"],
    tell_and_forget_a_webhook: [
        "webhook.added",
        "webhook.rotated",
        "webhook.tested",
        "webhook.disabled",
        "webhook.enabled",
        "webhook.replayed",
        "webhook.removed",
    ],
    arrange_covers: [
        "shift.created",
        "seat.offered",
        "seat.withdrawn",
        "seat.offered",
        "cover.declined",
        "cover.approved",
    ],
    take_somebody_off_a_waiting_list: ["shift.created", "waiting.ended"],
    edit_and_cancel_a_shift: ["shift.created", "shift.edited", "shift.cancelled"],
    restore_a_backup: ["database.restored"],
    export_tables: [
        "ledger.exported",
        "standings.exported",
        "shifts.exported",
        "counts.exported",
        "metrics.exported",
        "reviews.exported",
    ],
    set_shifts_to_the_forecast: ["shift.created", "shift.edited", "shifts.planned"],
    take_a_week_elsewhere: ["archive.exported", "week.imported"],
    make_shifts: ["shift.created", "shifts.generated"],
    own_the_installation: ["person.created", "role.changed"],
}


def noted(database: Database, since: int) -> list[AuditEntry]:
    """The audit's entries since one."""
    with database.reading() as session:
        return list(session.exec(select(AuditEntry).where(col(AuditEntry.id) > since).order_by(col(AuditEntry.id))))


def newest(database: Database) -> int:
    """The number of the newest entry."""
    return max((entry.id or 0 for entry in noted(database, 0)), default=0)


def role_for(door: RouteAccess) -> Role:
    """Somebody who may pass."""
    known: dict[str, Role] = {
        "everybody": "visitor",
        "members": "player",
        "organizers": "organizer",
        "owners": "owner",
    }
    return known.get(door.rule, "admin")


def pass_through(stage: RoleClients, method: str, path: str) -> list[str]:
    """The different notes of a request itself, with whom and whence it came; what prepares it comes from nowhere."""
    door = ROUTES[method, path]
    role, since = role_for(door), newest(stage.site.database)
    assert stage.ask(method, path, door, role) == expected(door, role, path, public=True)
    entries = [entry for entry in noted(stage.site.database, since) if entry.address]
    person_id = stage.people[role].person_id if role in stage.people else None
    whole = [entry.action for entry in entries if (entry.address, entry.person_id) == ("127.0.0.1", person_id)]
    return list(dict.fromkeys(whole))


def test_every_request_that_may_change_something_is_in_the_table() -> None:
    assert set(NOTES) == {(method, path) for method, path in ROUTES if method != "GET"}


def test_every_request_leaves_the_notes_of_the_table(site: RunningApp) -> None:
    stage = RoleClients(site)

    found = {key: pass_through(stage, *key) for key in NOTES}

    assert {key: notes for key, notes in found.items() if notes != NOTES[key]} == {}


def test_refusal_at_a_door_is_noted(site: RunningApp) -> None:
    site.token("activities:write")
    since = newest(site.database)

    site.get(f"{API}/people", "activities:write")

    assert [entry.action for entry in noted(site.database, since)] == ["access.refused"]


@pytest.mark.parametrize(("call", "notes"), BESIDES.items(), ids=[call.__name__ for call in BESIDES])
def test_deed_beside_requests_leaves_its_notes(game: Game, call: Callable[[Game], None], notes: list[str]) -> None:
    since = newest(game.database)

    call(game)

    assert [entry.action for entry in noted(game.database, since)] == notes


def test_every_action_that_the_code_knows_is_in_a_table() -> None:
    tables = (*NOTES.values(), *BESIDES.values(), ["access.refused"])

    assert {action for notes in tables for action in notes} == set(actions())


def actions() -> Iterator[str]:
    """Every action in the code: what looks like one, in a function that writes a note, and those of weeks."""
    yield from (f"week.{action}" for action in get_args(weeks.Action))
    for path in (PROJECT / "app").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and writes_a_note(function):
                yield from named_in(function)


def writes_a_note(function: ast.AST) -> bool:
    """Tell whether it calls `audit.note` or `audit.note_each`."""
    writers = {"audit.note", "audit.note_each"}
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) in writers for node in ast.walk(function))


def named_in(function: ast.AST) -> Iterator[str]:
    """Texts such as `week.opened`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACTION.fullmatch(node.value):
            yield node.value
