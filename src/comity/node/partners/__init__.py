"""With whom this node exchanges: its authorities, its partners, their keys, logs, heads and lanes."""
