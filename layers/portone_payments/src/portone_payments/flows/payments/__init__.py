"""Orders, prepare, verify and catching up."""
