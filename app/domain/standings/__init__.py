"""Standings: teams ranked, and what boards, receipts and the ceremony say of them."""
