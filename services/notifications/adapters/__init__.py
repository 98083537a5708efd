"""What notifications needs of the outside."""
