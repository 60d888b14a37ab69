"""Tests of the services and the database, on both engines."""
