"""Stand-alone verifiers of a draw; each imports nothing of this project."""
