"""Attempts of the app at having a payment approved."""
