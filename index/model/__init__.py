"""The sentence encoder: its network and its weights."""
