"""Reads of what was understood. They take ids that were allowed: who may see a conversation is asked before."""
