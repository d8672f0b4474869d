"""Cash receipts: stored, then issued."""
