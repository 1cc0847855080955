"""The only writers of drafts, planned answers, proposals and their rules: one family of verbs a file."""
