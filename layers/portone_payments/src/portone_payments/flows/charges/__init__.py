"""Charges of saved methods, and how many a second."""
