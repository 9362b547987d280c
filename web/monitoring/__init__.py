"""What whoever runs the server sees of it: logs and metrics."""
