"""The sources by the kind of their connections."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.intake.reports import Parsed
from app.integrations.sources import canny, generic, github, guru, jira, linear, zendesk
from app.integrations.sources.envelope import Envelope


class Source(Protocol):
    """A tool that sends: `verify` raises SignatureInvalid, the others DeliveryUnreadable, and none anything else."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime | None:
        """Check that one of the secrets signed a delivery; when it did, where the tool says so."""

    def event_id_of(self, envelope: Envelope) -> str | None:
        """The tool's id of a delivery, also of one that is unreadable otherwise; copies share it."""

    def parse(self, envelope: Envelope) -> Parsed:
        """Read the reports of a delivery."""


SOURCES: Mapping[str, Source] = {
    "zendesk": zendesk,
    "github": github,
    "linear": linear,
    "jira": jira,
    "canny": canny,
    "guru": guru,
    "generic": generic,
}


def parse(kind: str, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> Parsed:
    """Read a delivery of a kind. Raises DeliveryUnreadable."""
    return SOURCES[kind].parse(Envelope(headers, body))
