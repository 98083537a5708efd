"""Identity's use cases: register, log in and out, renew, change codes, keep staff and signing keys."""
