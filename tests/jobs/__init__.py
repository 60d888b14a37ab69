"""What happens later: the worker, and the jobs that have a handler."""
