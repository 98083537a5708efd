"""Builds the static files of the portal: styles in both directions, fonts, pictures, failure pages."""
