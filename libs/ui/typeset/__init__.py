"""Setting of Arabic, French and Amazigh text on PDF pages: direction, shaping, lines, blocks and QR codes."""
