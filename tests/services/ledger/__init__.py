"""Tests of app.services.ledger."""
