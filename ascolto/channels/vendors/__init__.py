"""What several networks of one vendor share; adapters may import it, it imports none of them."""
