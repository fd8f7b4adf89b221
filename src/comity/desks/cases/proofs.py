"""The proof of a message: what an officer sees of it, and the file to take away."""
