"""How facts are kept: canonical bytes, signatures, the Merkle tree, checkpoints, keys; the only writer."""
