"""What a follow-up means: words of earlier turns put in, or the last answer told again, without a chat model."""
