"""What is stored, as frozen records, and the bounds of each."""
