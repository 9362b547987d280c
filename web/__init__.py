"""What faces a person or a program: command line, HTTP, pages, jobs, conversations."""
