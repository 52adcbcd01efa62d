"""Benchmarks against the engines one could pick instead; the only place that imports them."""
