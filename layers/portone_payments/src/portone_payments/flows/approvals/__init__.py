"""The app confirms a payment; the stock is asked."""
