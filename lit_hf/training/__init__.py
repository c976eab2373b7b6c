"""A model in training, measured on a fixed stream: inside transformers' Trainer, and as an evaluator of sentence-transformers."""
