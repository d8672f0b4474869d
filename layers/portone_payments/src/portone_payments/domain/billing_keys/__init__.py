"""A user's saved payment methods."""
