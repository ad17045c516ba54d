"""Usage that a licensee delivers itself: of its own deployments, and kept with its report."""
