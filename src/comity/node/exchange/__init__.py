"""The door: notes leave and arrive here, and nowhere else."""
