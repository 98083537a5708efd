"""Tells people what became of what they asked, by mail and in their own pages."""
