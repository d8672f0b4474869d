"""Verifications and the persons they make."""
