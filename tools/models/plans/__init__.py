"""What each head learns from and how. A module here has a list PLANS."""
