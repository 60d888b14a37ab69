"""Text people type or send: names, e-mails, hosts, browsers."""
