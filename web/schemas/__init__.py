"""What goes over HTTP, in and out, as pydantic models."""
