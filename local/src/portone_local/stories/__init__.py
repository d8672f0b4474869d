"""Stories that the fault tests and the adversary play, and the world they happen in."""
