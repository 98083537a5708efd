"""The public check beside a bare answer on the same server: speed, memory, and what time gives away."""
