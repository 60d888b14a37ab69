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
    names = {setting.upper() for setting in settings}
    for variable in sorted({variable.upper() for variable in variables}):
        name = variable.removeprefix(prefix)
        is_ours = name in names or name.lower() in FORMER_NAMES or name.startswith("REQUIRE_")
        if variable.startswith(prefix) and not is_ours:
            logger.warning("%s isn’t a setting, so it changes nothing.%s", variable, _hint(name, names, prefix))


def _hint(name: str, names: Collection[str], prefix: str) -> str:
    # Without the prefix: it is so long that with it any two short names look alike.
    similar = get_close_matches(name, names, n=1, cutoff=0.75)
    return f" Did you mean {prefix}{similar[0]}?" if similar else " .env.example lists those there are."
