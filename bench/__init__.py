"""`make bench`: measures the product on this machine, on both databases, next to what the database alone can do."""
