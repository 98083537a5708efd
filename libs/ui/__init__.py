"""The one look of the platform: layout, macros, forms, formats and words, for every service with pages."""
