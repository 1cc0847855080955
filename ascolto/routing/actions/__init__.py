"""The only writers of routing: one verb, or a family of close ones, a file."""
