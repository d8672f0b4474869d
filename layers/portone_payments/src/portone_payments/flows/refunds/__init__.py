"""Refunds: decided, stored, sent."""
