"""Slack's desk: a signed call is stored before it is answered with what Slack shows, within the time it waits."""

from dataclasses import replace
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act
from app.domain.slack import calls
from app.domain.slack.calls import Call, CallUnreadable
from app.integrations.sources import slack
from app.services.intake.connections import Recipient
from app.services.intake.deliveries import Incoming
from app.services.shifts.worth import Worths
from app.services.slack import people, sentences, sockets, switching, workspaces
from app.services.slack.looks import Site
from app.services.slack.workspaces import BY_SLACK
from app.web.delivery_queue import DeliveryQueue
from app.web.slack.filled import FilledForms
from app.web.slack.parts import Desk, said
from app.web.slack.pressed import PressedButtons
from app.web.slack.typed import TypedCommands

ELSEWHERE = "It comes from another workspace."
OTHER_APP = "It comes from another app."
A_MOMENT = timedelta(minutes=1)
NAMELESS = "It doesn’t say whose it is."
NOBODY = "It comes from a bot, or someone who left."


class SlackDesk:
    """Answers Slack's calls. Whatever is only looked at is stored as ignored, and without what it says."""

    def __init__(
        self, database: Database, clock: Clock, queue: DeliveryQueue, public_url: str, *, is_public: bool
    ) -> None:
        self._desk = Desk(database, clock, queue, Site(public_url, is_public, Worths()))
        self._typed, self._pressed = TypedCommands(self._desk), PressedButtons(self._desk)
        self._filled = FilledForms(self._desk, self._typed)

    async def answer(self, recipient: Recipient, incoming: Incoming) -> Response:
        """Answer a call whose signature is valid. Raises Busy or Unavailable where it can't be stored."""
        desk, incoming = self._desk, self._in_game(incoming)
        try:
            call = calls.read(incoming.body)
        except CallUnreadable:
            return said(await desk.queue.store(incoming))
        if call.kind == "check":
            return Response()
        if call.kind == "challenge":
            return JSONResponse({"challenge": call.challenge})
        if why := await self._why_not(recipient, call):
            delivery_id = await desk.queue.store(incoming.ignored(why))
            return said(delivery_id, [sentences.MEMBERS_ONLY] if call.kind == "command" and why == ELSEWHERE else None)
        if call.kind == "command":
            return await self._typed.answer(recipient, incoming, call)
        if call.type == "block_actions":
            return await self._pressed.answer(recipient, incoming, call)
        if call.type == "view_submission":
            return await self._filled.answer(recipient, incoming, call)
        if call.type == "app_home_opened" and call.user_id and call.tab in {"home", ""}:
            delivery_id = await desk.queue.store(incoming.ignored("Opened: Home."))
            await desk.database.writes.run(desk.show_home, recipient, call)
            return said(delivery_id)
        if call.ends_bot and call.sent_at is not None:
            await desk.database.writes.run(self._end_bot, recipient, call)
        return said(await desk.queue.store(incoming.ignored(f"Nothing to do: {call.type or call.kind}.")))

    def _in_game(self, incoming: Incoming) -> Incoming:
        """A call at the game's time: where a demo replays a week, what is logged now is logged at its moment."""
        ahead = self._desk.clock.game() - self._desk.clock.real()
        if incoming.sent_at is None or abs(ahead) < A_MOMENT:
            return incoming
        return replace(incoming, headers=slack.stamped(incoming.headers, incoming.sent_at + ahead))

    async def _why_not(self, recipient: Recipient, call: Call) -> str:
        """The reason why a call is ignored; empty for one that isn't. The app is learned from the first call."""
        if call.kind != "event" and not call.user_id:
            return NAMELESS
        why, is_news = await self._desk.database.reads.run(self._judge, recipient, call)
        if is_news and not why:
            await self._desk.database.writes.run(self._learn, recipient, call)
        return why

    def _judge(self, recipient: Recipient, call: Call) -> tuple[str, bool]:
        """Tell why a call is ignored, as far as its workspace is known, and if there is something to learn from it."""
        with self._desk.database.reading() as session:
            workspace = workspaces.find(session, recipient.id)
            is_nobody = people.is_nobody(session, recipient.id, call.user_id)
            is_due = people.is_due(session, recipient.id, call.user_id, self._desk.clock.real())
        team, app = (workspace.team_id, workspace.app_id) if workspace else ("", "")
        is_ours = not team or {call.team_id, call.user_team_id} <= {team, ""}
        if not is_ours:
            return ELSEWHERE, False
        if app and call.app_id not in {app, ""}:
            return OTHER_APP, False
        return NOBODY if is_nobody else "", is_due or bool(workspace and team and not app and call.app_id)

    def _learn(self, recipient: Recipient, call: Call) -> None:
        with self._desk.database.unit_of_work() as session:
            if call.app_id:
                workspaces.learn_app(session, recipient.id, call.app_id)
            people.came(session, recipient.id, call.user_id, self._desk.clock.real())

    def _end_bot(self, recipient: Recipient, call: Call) -> None:
        desk = self._desk
        with desk.database.unit_of_work() as session:
            if call.sent_at is not None:
                act = Act(BY_SLACK, desk.clock.real())
                game, why = desk.clock.game(), sentences.REMOVED
                switching.revoked(session, recipient.id, call.sent_at, act, why, game)
                sockets.removed(session, recipient.id, call.sent_at, act, why)
