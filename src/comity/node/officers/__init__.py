"""The people who act at this node: who they are, for which authority, in which role."""
