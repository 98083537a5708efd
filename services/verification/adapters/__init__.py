"""What verification needs of the outside."""
