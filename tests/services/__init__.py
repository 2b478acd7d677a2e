"""Real services for the tests: Slurm and Ray, each started in a network of its own."""
