"""Exports: what leaves the service as files."""
