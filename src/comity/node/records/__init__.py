"""What this node holds: records with their terms, the index that finds them, and imports that are all or nothing."""
