"""The benchmark: `python -m tests.bench --help`. Nothing in here is timed by pytest."""
