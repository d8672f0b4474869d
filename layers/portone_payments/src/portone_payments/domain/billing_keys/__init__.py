"""A user's saved pay methods."""
