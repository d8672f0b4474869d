"""`make bench-charges`: a hundred thousand subscriptions due in one minute, charged at the PG's rate."""
