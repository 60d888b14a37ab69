"""Slack, as far as it is rules: what its errors mean, how fast it may be called, how text is written for it."""
