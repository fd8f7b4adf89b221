"""Template tags and filters of the whole console."""
