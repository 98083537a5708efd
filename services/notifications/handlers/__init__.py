"""Use cases of notifications: following contacts, writing messages, sending and showing them."""
