"""HTTP beneath the pages: the edge, areas, and what every address has in common."""
