"""Ours beside the peers, measured alternately in one process run: `python -m benchmarks NAME --json`."""
