"""How the platform is put together and run: locally, with Compose and on a cluster."""
