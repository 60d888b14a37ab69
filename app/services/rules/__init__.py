"""Rules: versions and previews."""
