"""Boards, receipts and stories of a week."""
