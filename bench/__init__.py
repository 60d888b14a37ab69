"""How fast the product is, measured against bare routes in the same run."""
