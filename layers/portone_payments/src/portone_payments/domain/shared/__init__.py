"""Money, time, markers and other values that every noun uses."""
