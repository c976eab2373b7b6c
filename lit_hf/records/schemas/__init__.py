"""JSON Schemas of what lit-hf writes."""
