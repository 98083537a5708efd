"""Registers the fixtures that every test tree may use."""

pytest_plugins = ["tests.support.parts", "tests.support.browser", "tests.support.walk"]
