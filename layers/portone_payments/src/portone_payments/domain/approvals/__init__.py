"""Approval attempts of a payment: the app's and the charges of saved payment methods."""
