"""Log lines of a server: a few of each kind in an hour, and no secret in any of them."""

import logging
import re

from app.cli.log_ration import Rationed

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# A line of ours names routes and no addresses, but lines and tracebacks of what we build on quote what they were given:
# the mail server's answer a link, a failing statement its address. This is the net below.
_SECRETS = re.compile(
    r"(?<![A-Za-z0-9])(a[a-z]_)[A-Za-z0-9_-]{20,}"  # tokens, sign-ins, links, screens: their beginning tells
    r"|([?&](?:key|code|state|token|secret)=)[^&\s\"'<>]+"
    r"|(/(?:sign-in/link|join|calendar|hooks/[^/\s]+)/)[^/\s?\"'<>{]+"
    r"|(://[^/\s:@]*:)[^/\s@]+(?=@)"  # the password in the address of a database or a mail server
)


class WithoutSecrets(logging.Formatter):
    """Formats lines, tracebacks included, and leaves out whatever looks like a secret of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; of a secret only what it is."""
        return _SECRETS.sub(lambda found: f"{''.join(part or '' for part in found.groups())}…", super().format(record))


def configure() -> None:
    """Log to standard error from now on, unless somebody else has said where to."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutSecrets(LINE))
    handler.addFilter(Rationed())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("app").setLevel(logging.INFO)
    # It writes a line for each form that is none, with bytes of it put in, so that no two are of a kind.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
