"""Telvia, a company that does not exist: filled with a past, and with customers who keep writing."""
