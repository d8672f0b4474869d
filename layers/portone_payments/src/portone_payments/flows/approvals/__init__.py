"""The app confirms a payment, once the shop's stock hook agreed."""
