"""What a person reads of an error: Korean, English, what to do."""
