"""Knowledge cards of the ledger: who owns them, who verified them, and when somebody looks at them again."""
