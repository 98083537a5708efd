"""What verification knows of certificates, and what it says of them."""
