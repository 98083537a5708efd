"""A mail catcher on loopback: it takes every mail and shows it on a web page."""
