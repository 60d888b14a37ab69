"""Archives: a whole week as one file, which another installation imports."""
