"""Persons, their secret codes, sessions, staff and signing keys: values and what may happen to them."""
