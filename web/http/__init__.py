"""The HTTP server: connections, threads and bodies within bounds."""
