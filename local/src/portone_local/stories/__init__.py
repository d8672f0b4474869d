"""Stories that the fault tests and the adversary tell, and the world they happen in."""
