"""What is installed: versions and hashes, how they are renewed, and whether anything is known against them."""
