"""`make demo`: payments through the whole stack, told as they happen, and the books compared at the end."""
