"""Plans, invoices and their collection."""
