"""Refusals of a sign-in: our own words for people, the reason for the log, nothing of what the provider wrote."""

import logging

from app.errors import ProviderAway, SignInFailed

logger = logging.getLogger(__name__)


def failed(reason: str, quoted: object = None) -> SignInFailed:
    """A sign-in that proves nothing. `reason` ends a sentence and is ours; `quoted` is theirs: for the log, cut."""
    logger.warning("Signing in failed: %s%s", reason, _quote(quoted))
    return SignInFailed(
        f"Sign-in failed: {reason}. Try again from the sign-in page. Still failing? Show an organizer this sentence."
    )


def away(reason: str, quoted: object = None) -> ProviderAway:
    """A provider that cannot be asked now; `reason` and `quoted` as above."""
    logger.warning("The OpenID provider is away: %s%s", reason, _quote(quoted))
    return ProviderAway(
        f"Your company’s sign-in doesn’t answer: {reason}. Try again in a minute, or ask an organizer for a "
        "sign-in link."
    )


def _quote(quoted: object) -> str:
    return "" if quoted is None else f" ({ascii(quoted)[:200]})"
