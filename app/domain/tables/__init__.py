"""Tables as people hand them in: bytes become text, text rows, and a header row columns, whoever saved them."""
