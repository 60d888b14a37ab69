"""Verdicts on Slack's answers: done, to be tried again, or refused for good, and for whom (docs.slack.dev)."""

from dataclasses import dataclass
from typing import Any, Literal

Scope = Literal["everything", "feature", "channel", "person", "message", "blocks", "trigger", "request"]
"""The reach of an error: all of a workspace, a feature, a channel, messages to a person, a message, its blocks, an old
press; or this request alone, which is a mistake of ours."""

FINAL: dict[str, Scope] = {
    **dict.fromkeys(("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"), "everything"),
    **dict.fromkeys(("missing_scope", "not_allowed_token_type"), "feature"),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_archived"), "channel"),
    **dict.fromkeys(("user_not_found", "users_not_found", "messages_tab_disabled"), "person"),
    **dict.fromkeys(("message_not_found", "cant_update_message", "edit_window_closed"), "message"),
    **dict.fromkeys(("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"), "blocks"),
    **dict.fromkeys(("expired_trigger_id", "trigger_expired", "exchanged_trigger_id"), "trigger"),
}  # fmt: skip
"""The end that each error makes for good, by its code."""
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
"""Errors that are Slack's own, and over in a while."""
RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
USUAL_REST = 30.0
"""Seconds, where Slack says that it is asked too often, and not for how long."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on an answer: `kind` is `done`, `rests` (429), `again` (Slack's own trouble) or `refused`.

    `error` is Slack's code; `scope` is what a refusal ends; `seconds` is for how long Slack wants to be left alone.
    """

    kind: Literal["done", "rests", "again", "refused"]
    error: str = ""
    scope: Scope = "request"
    seconds: float = 0.0


def judge(status: int, document: Any, retry_after: float | None) -> Verdict:
    """The verdict on an answer with its status, its JSON (None where it has none) and the wait it asks for."""
    said = document if isinstance(document, dict) else {}
    error = str(said.get("error") or "")[:80]
    if status == 429 or error in RATE_LIMITED:
        return Verdict("rests", error or "ratelimited", seconds=USUAL_REST if retry_after is None else retry_after)
    if status >= 500 or error in PASSING or (status == 200 and not said):
        return Verdict("again", error or f"status {status}")
    if status == 200 and said.get("ok") is True:
        return Verdict("done")
    return Verdict("refused", error or f"status {status}", FINAL.get(error, "request"))
