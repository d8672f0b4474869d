"""Charges of saved methods, and their rate limit."""
