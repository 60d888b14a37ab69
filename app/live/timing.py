"""Waits of the live parts, as one value, so that tests can pass in shorter ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds. What is revoked ends within five: `trust` for requests, `recheck` for open streams."""

    look: float = 0.25
    """Between two looks at whether another process has committed (SQLite): its commits show within a second."""
    reread: float = 2.0
    """Between two readings of what news may have been missed about: a lost hint costs this and nothing else."""
    rules_file: float = 0.3
    """Between two looks at the rules file: an editor that saves in steps is done when two of them see the same."""
    away: float = 1.0
    """A database that does not answer is left alone for so long by whoever has an older answer."""
    retry_first: float = 1.0
    retry_most: float = 30.0
    """Exponential backoff: the first pause, doubled after each failure up to the second."""
    shortest_gap: float = 0.25
    """Between two messages of a stream: four a second are as live as eyes can tell."""
    quiet_gap: float = 0.03
    """After news that changed nothing: news comes twice, and the next change need not wait for that."""
    heartbeat: float = 15.0
    """Between comments on a quiet stream: proxies close one after 30 to 60 s of silence."""
    stuck: float = 30.0
    """A viewer that takes nothing for so long is cut off."""
    idle: float = 60.0
    """A channel nobody watches, and a credential nobody uses, are forgotten after so long."""
    recheck: float = 2.0
    trust: float = 3.0
    """The lifetime of an answer; more than `recheck`, so that streams' credentials are never asked about one by one."""
    grace: float = 5.0
    """Credentials confirmed so shortly before stay valid while the database does not answer."""
    patience: float = 3.0
    """The longest a request waits to hear who is asking."""
    touch: float = 2.0
    """Between two writes of when credentials were last used."""


USUAL = Timing()
