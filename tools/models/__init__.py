"""The making of the heads that come with the product: `python -m tools.models`."""
