"""Who may do what: callers, routes, rates, and the log of what was changed."""
