"""Metrics of weeks: how it went for customers and for colleagues, from the ledger, the seats and the memberships."""
