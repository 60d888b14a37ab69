"""Kinds of connections: the tools that can be connected, and whose address has to hold a key."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.draft import OUR_SOURCES


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A tool: its name for people, and whether its address has a key, for it signs nothing or too little."""

    title: str
    has_key: bool = False


GENERIC = "generic"
KINDS: Mapping[str, SourceKind] = {
    "zendesk": SourceKind("Zendesk"),
    "github": SourceKind("GitHub"),
    "linear": SourceKind("Linear"),
    "jira": SourceKind("Jira"),
    "canny": SourceKind("Canny", has_key=True),
    "guru": SourceKind("Guru", has_key=True),
    GENERIC: SourceKind("Standard Webhooks"),
}
RESERVED = OUR_SOURCES | (KINDS.keys() - {GENERIC}) | {"slack"}
"""Sources that no generic delivery may say it is."""


def source_of(kind: str, account: str) -> str:
    """The source of what connections of a kind to one account report; without an account the kind's own."""
    return f"{kind}:{account}" if account else kind
