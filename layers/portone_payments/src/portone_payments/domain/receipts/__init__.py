"""Cash receipts: when one may be issued, and what became of it."""
