"""One verification: what was asked, and whether the answer is to it."""
