"""Who takes part in demo, stories and tests: shop, people, subscribers."""
