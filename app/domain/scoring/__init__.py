"""Scoring: from live activities and rules to awards, sums and each team's tally."""
