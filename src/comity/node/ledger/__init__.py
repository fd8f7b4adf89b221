"""What was done: two Merkle logs for each authority, their sequencer, and the proofs drawn from them."""
