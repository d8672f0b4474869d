"""An order and every payment begun for it."""
