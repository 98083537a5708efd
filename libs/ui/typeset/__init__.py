"""Setting of Arabic, French and Amazigh text on PDF pages: direction, shaping, fonts, lines and codes."""
