"""Screens of promises: why a deadline is what it is, and complaints."""
