"""Cash receipts: when one may be issued, and how it settles."""
