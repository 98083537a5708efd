"""The published form of the issuance log: entries, Merkle tree, tiles and checkpoints (C2SP tlog-tiles)."""
