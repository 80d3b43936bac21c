"""A folder of articles to a folder of briefs: resumable, exact, honest about failures."""
