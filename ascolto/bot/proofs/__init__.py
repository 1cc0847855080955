"""Proofs about a flow, one family a file. `graph.py` runs them all."""
