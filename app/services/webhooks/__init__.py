"""Webhooks that we send: endpoints, the messages to them, and each try."""
