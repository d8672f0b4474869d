"""Saved methods: opened, registered, deleted."""
