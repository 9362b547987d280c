"""The routes, a file per noun. Each checks nothing that `schemas.py` has checked and holds no state."""
