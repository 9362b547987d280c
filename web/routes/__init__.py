"""The routes, a file per noun. Each checks nothing that `schemas` has checked and holds no state."""
