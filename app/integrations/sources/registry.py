"""The sources by the kind of their connections."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from app.domain.intake.kinds import KINDS
from app.domain.intake.reports import Parsed
from app.integrations.sources.envelope import Envelope
from app.integrations.sources.example import Example


class Source(Protocol):
    """A tool that sends: `verify` raises SignatureInvalid, the others DeliveryUnreadable, and none anything else."""

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: datetime) -> datetime | None:
        """Check that one of the secrets signed a delivery; when it did, where the tool says so."""

    def event_id_of(self, envelope: Envelope) -> str | None:
        """The tool's id of a delivery, also of one that is unreadable otherwise; copies share it."""

    def parse(self, envelope: Envelope) -> Parsed:
        """Read the reports of a delivery."""

    def example(self, work: Example, secret: str) -> Envelope:
        """A delivery as the tool would send it, for the demo and for tests."""


SOURCES: Mapping[str, Source] = {
    kind: cast("Source", import_module(f"app.integrations.sources.{kind}")) for kind in KINDS
}
"""Each kind's own module; `tests/integrations/sources/test_registry.py` tells what it needs."""


def parse(kind: str, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> Parsed:
    """Read a delivery of a kind. Raises DeliveryUnreadable."""
    return SOURCES[kind].parse(Envelope(headers, body))
