"""`make demo`: payments through the whole stack, printed as they happen; the books compared at the end."""
