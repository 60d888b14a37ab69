"""Kinds of connections: the tools that can be connected, and what differs in connecting them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.domain.draft import OUR_SOURCES


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A tool: its name for people, and what differs in connecting it.

    `has_key`: its address has a key, for it signs nothing or too little. `signs_with`: a secret made here (ours),
    or one handed over (theirs). `gone`: what it says is deleted, in words; empty where it says nothing. `resends`: what
    was not taken comes again by itself. `is_confirmed`: what it sends isn't signed, so its API is asked about it.
    `is_chat`: people talk to us there, and are answered; it reports nothing by itself, and may be quiet for long.
    """

    title: str
    has_key: bool = False
    signs_with: Literal["ours", "theirs", "nothing"] = "ours"
    gone: str = ""
    resends: bool = True
    is_confirmed: bool = False
    is_chat: bool = False


GENERIC, SLACK = "generic", "slack"
KINDS: Mapping[str, SourceKind] = {
    "zendesk": SourceKind("Zendesk", signs_with="theirs"),
    "github": SourceKind("GitHub", resends=False),
    "linear": SourceKind("Linear", signs_with="theirs", gone="issues"),
    "jira": SourceKind("Jira", gone="issues"),
    "canny": SourceKind("Canny", has_key=True, signs_with="theirs", gone="posts", is_confirmed=True),
    "guru": SourceKind("Guru", has_key=True, signs_with="nothing"),
    SLACK: SourceKind("Slack", signs_with="theirs", resends=False, is_chat=True),
    GENERIC: SourceKind("Standard Webhooks"),
}
TOOLS = tuple(kind for kind, found in KINDS.items() if not found.is_chat)
"""The kinds that report by themselves what people do."""
RESERVED = OUR_SOURCES | (KINDS.keys() - {GENERIC})
"""Sources that no generic delivery may say it is."""


def source_of(kind: str, account: str) -> str:
    """The source of what connections of a kind to one account report; without an account the kind's own."""
    return f"{kind}:{account}" if account else kind
