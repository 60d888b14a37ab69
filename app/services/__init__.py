"""Verbs over a session and `now`; they add and flush, the unit of work commits."""
