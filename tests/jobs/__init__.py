"""The job worker, and the jobs that have a handler."""
