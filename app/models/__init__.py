"""Tables, one file per aggregate; importing this package registers them all."""

from app.models.ceremony import Ceremony
from app.models.ledger import LedgerEntry, Reversal
from app.models.person import Person
from app.models.rule_set import RuleSet, RulesFile
from app.models.score import Score
from app.models.team import Membership, Team
from app.models.token import Token
from app.models.week import Week, WeekEvent

__all__ = [
    "Ceremony",
    "LedgerEntry",
    "Membership",
    "Person",
    "Reversal",
    "RuleSet",
    "RulesFile",
    "Score",
    "Team",
    "Token",
    "Week",
    "WeekEvent",
]
