"""Durations in seconds: when a payment is due again, and the length of a day."""

POLL_STEPS = (30, 60, 120, 300, 600)
BY_KIND = len(POLL_STEPS)
HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
SILENCE = 120
POISON = 12
UNKNOWN_AFTER = 1800
