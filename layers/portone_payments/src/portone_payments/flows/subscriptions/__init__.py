"""Subscriptions: started, changed, ended."""
