"""The ledger: the one way in, corrections, and activities as readers see them."""
