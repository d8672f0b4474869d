"""What the window of each PG is handed."""
