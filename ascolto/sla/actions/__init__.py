"""The only writers of promises: one subject a file."""
