"""Calls that come in an envelope over a socket: they go the way of those that are signed, without a signature."""

from app.clock import Clock
from app.domain.slack import calls
from app.domain.slack.calls import CallUnreadable
from app.integrations.sources import slack
from app.services.intake.deliveries import Incoming
from app.web.recipients import Recipients
from app.web.slack.desk import SlackDesk


class EnvelopeDesk:
    """Answers calls that Slack sent over a socket which was opened with the connection's own token."""

    def __init__(self, recipients: Recipients, desk: SlackDesk, clock: Clock) -> None:
        self._recipients, self._desk, self._clock = recipients, desk, clock

    async def answer(self, name: str, body: bytes) -> bytes:
        """Answer a call of a connection once it is committed. Raises NotFound, Busy or Unavailable.

        It has no time of signing: it counts at the moment at which it came.
        """
        recipient, now = await self._recipients.find(name), self._clock.real()
        try:
            event_id = calls.read(body).event_id or None
        except CallUnreadable:
            event_id = None
        incoming = Incoming(recipient.id, slack.stamped([], now), body, now, event_id, now)
        response = await self._desk.answer(recipient, incoming)
        return bytes(response.body)
