"""Answers in public whether a certificate is genuine and in force."""
