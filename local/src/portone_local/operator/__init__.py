"""Commands for deployed stacks."""
