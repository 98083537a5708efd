"""Measures the platform on this machine; nothing here is asserted."""
