"""Webhooks that we send: what happened, told to addresses of others, signed, until they have it."""
