"""The web side of a service: its application, who is calling, and what is said when something fails."""
