"""Articles, passages and search over them. Knows nothing of questions, prompts or requests."""
