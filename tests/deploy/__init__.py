"""The files of deploy/ with the real proxies."""
