"""One verification: its terms, and whether an answer belongs to it."""
