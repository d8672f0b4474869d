"""Billing at PortOne: saved payment methods, charges and schedules (PortOne facts 6)."""
