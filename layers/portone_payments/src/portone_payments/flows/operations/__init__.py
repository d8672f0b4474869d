"""What operators and the nightly audit do."""
