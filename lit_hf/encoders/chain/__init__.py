"""Chains of modules: what modules.json and the configuration of sentence-transformers say happens to a text."""
