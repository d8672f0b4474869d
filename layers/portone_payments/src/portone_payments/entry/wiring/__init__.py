"""Ports and flows put together, one builder a noun."""
