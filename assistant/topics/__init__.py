"""All that the articles tell of a topic, put together: what happened when."""
