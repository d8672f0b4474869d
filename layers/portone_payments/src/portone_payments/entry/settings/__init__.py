"""What the operator chose, read once and checked."""
