"""What several test trees share: the real parts, fakes and builders."""
