"""An independent monitor of the issuance log: it trusts only the log's key and what it has seen itself."""
