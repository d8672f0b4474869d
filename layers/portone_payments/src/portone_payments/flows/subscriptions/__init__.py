"""Subscriptions: begun, changed, ended."""
