"""An order and everything begun to pay for it."""
