"""Variables that look like settings and are none: most are settings misspelled."""

import logging
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from app.config.former_names import FORMER_NAMES

logger = logging.getLogger(__name__)


def warn(variables: Iterable[str], settings: Collection[str], prefix: str) -> None:
    """Log a warning for each variable with the prefix that names no setting; case counts for nothing.

    `…REQUIRE_…` are switches of our own tests, which a build server sets for everything it starts.
    """
    names = [prefix + setting.upper() for setting in settings]
    for variable in sorted({variable.upper() for variable in variables}):
        is_former = variable.removeprefix(prefix).lower() in FORMER_NAMES
        is_ours = variable in names or is_former or variable.startswith(f"{prefix}REQUIRE_")
        if variable.startswith(prefix) and not is_ours:
            logger.warning("%s isn’t a setting, so it changes nothing.%s", variable, _hint(variable, names))


def _hint(variable: str, names: Collection[str]) -> str:
    similar = get_close_matches(variable, names, n=1, cutoff=0.75)
    return f" Did you mean {similar[0]}?" if similar else " .env.example lists those there are."
