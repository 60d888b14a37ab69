"""Tests of backfills against stand-ins of the tools' APIs."""
