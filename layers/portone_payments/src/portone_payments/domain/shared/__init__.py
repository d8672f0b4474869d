"""Money, time and marks, which every noun uses."""
