"""What screens and the API read of promises."""
