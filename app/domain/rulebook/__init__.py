"""The rules as people read them: in words with examples, and the difference of two versions."""
