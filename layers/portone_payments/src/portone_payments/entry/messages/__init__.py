"""What users and staff read of an error: Korean, English, what to do."""
