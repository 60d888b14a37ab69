"""The contract's week of metrics: its people, rows, slots, and the document they give."""

from typing import Any, NamedTuple

ENGINEERS = ("ana", "ben", "eve", "ed", "emil", "esra")
SELLERS = ("cleo", "sam", "sara", "sven", "suki")
FUNCTIONS = {**dict.fromkeys(ENGINEERS, "Engineering"), **dict.fromkeys(SELLERS, "Sales"), "dan": "Legal"}
BEFORE = ("ana", "dan", "zoe")
"""People who took part in an earlier week."""
CONTACTS, CUSTOMERS = 640, 2_000


class Row(NamedTuple):
    """An activity: its local time of November 2026 ("06:20" on the 2nd, or "03 06:00"), kind, person and ticket."""

    at: str
    kind: str
    who: str
    subject: str | None = None
    seconds: int | None = None


ROWS = (
    Row("06:00", "shift", "ana"), Row("06:20", "response", "ana", "T1", 300),
    Row("06:50", "response", "ana", "T2", 4200), Row("07:30", "response", "ben", "T1", 1500),
    Row("07:40", "issue", "ben"), Row("08:00", "shift", "cleo"), Row("08:15", "response", "cleo", "T3"),
    Row("08:20", "response", "cleo", "T4", 3600), Row("09:10", "response", "dan", "T5", 3601),
    Row("09:45", "response", "dan", None, 120), Row("09:50", "feature_request", "ana"),
    Row("03 06:00", "shift", "ben"), Row("03 06:30", "response", "ben", "T6", 900),
)  # fmt: skip
REVERSED = Row("09:30", "response", "dan", "T7", 60)
SLOTS = (
    ("06:00", (("ana", "completed"), ("eve", "completed"))), ("08:00", (("cleo", "completed"),)), ("10:00", ()),
    ("03 06:00", (("ben", "completed"),)), ("03 08:00", (("dan", "no_show"),)),
)  # fmt: skip
"""The slots that are over and not cancelled, each for one, and what became of those who signed up."""
DOCUMENT: dict[str, Any] = {
    "responses": 8, "issues": 1, "feature_requests": 1, "first_responses": 6, "first_known": 5,
    "first_median_seconds": 3600.0, "first_p90_seconds": 3960.4, "first_within_sla": 0.6, "next_responses": 1,
    "next_within_sla": 1.0, "known": 7, "within_sla": 0.7143, "issues_per_100_responses": 12.5,
    "requests_per_100_responses": 12.5, "early_shift_share": 0.6667,
    "coverage": {"covered": 3, "due": 5, "share": 0.6},
    "participation": {
        "took_part": 5, "members": 12, "share": 0.4167,
        "by_function": {
            "Engineering": {"took_part": 3, "members": 6, "share": 0.5},
            "Other functions": {"took_part": 2, "members": 6, "share": 0.3333},
        },
    },
    "repeat_share": 0.4, "contact_rate_per_100_customers": 32.0,
}  # fmt: skip
