"""The core flows in Firefox and in WebKit; `make browsers` runs them."""
