"""What flows of several nouns use."""
