"""What lives where: arithmetic of memory, and the moving of weights."""
