"""Routing: a telecom day on the real board, the speed of decisions, and how true the told waits are."""
