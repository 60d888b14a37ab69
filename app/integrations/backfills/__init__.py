"""Backfills: what tools' APIs say happened before, page by page, in the shape of their webhooks."""
