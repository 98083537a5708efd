"""Walks the whole journey over HTTP, as a citizen and as each role of the staff, by the pages' own forms."""
