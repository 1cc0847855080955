"""The doors as addresses."""
