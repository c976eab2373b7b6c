"""Continual learning, measured in bits: tasks are learned in turn by a method, and every state codes every task."""
