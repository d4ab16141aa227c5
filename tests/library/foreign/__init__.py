"""Pictures of other programs, made here in each program's own format."""
