"""The only writers of this room: one verb, or a family of close ones, a file."""
