"""From the text of a rules file to rules, or to every mistake in it."""

from app.domain.rules.model import Mistake, Rules


def parse_rules(text: str) -> tuple[Rules | None, list[Mistake]]:
    """Parse a rules file; either rules and no mistakes, or no rules and every mistake. Never raises."""
    raise NotImplementedError(text)
