"""Records as JSON. A view starts no work."""
