"""Tests of the rules, the ledger and the standings as pure functions."""
