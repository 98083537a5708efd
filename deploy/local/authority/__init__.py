"""A certification and a time-stamp authority of this machine: for tests and the local platform only."""
