"""Notices: what people are told about their shifts, when, and in which words."""
