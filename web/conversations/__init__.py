"""Conversations: kept, found again, rated and given out."""
