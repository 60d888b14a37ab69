"""Sources: tools that send what people did. Each is `verify` and `parse`, and knows no other."""
