"""A Gradio Space that shows a results dataset.

folder  writes the Space's files, with a copy of the part of lit-hf that it needs: no torch, no transformers
board   what the Space says of a board: rows and sentences, no layout
app     the application; the only place that imports gradio
"""
