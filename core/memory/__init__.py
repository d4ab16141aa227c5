"""What the machine has. `machine` asks torch about devices; planning sees only its plain answer (`core.machine`)."""
