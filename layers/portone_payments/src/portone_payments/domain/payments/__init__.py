"""What one reading does to one payment, and when to look again."""
