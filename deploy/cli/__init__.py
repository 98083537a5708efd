"""The operators' commands: what waits, what died, how it is tried again, what passes by, who follows."""
