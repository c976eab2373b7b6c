"""A model in training, measured on a fixed stream: in the Trainer of transformers, and in sentence-transformers."""
