"""Benchmarks of the product against bare routes in the same run."""
