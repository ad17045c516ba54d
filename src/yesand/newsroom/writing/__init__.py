"""Writers: what drafts an article from given sources. A person approves what any of them writes."""
