"""Access: accounts, sign-ins, links, tokens."""
