"""Refunds: reserved, sent, settled."""
