"""The ledger as scoring wants it, and each team's score kept beside it."""
