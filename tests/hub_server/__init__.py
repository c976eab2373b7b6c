"""A stand-in for the Hugging Face Hub on 127.0.0.1, so that the real clients can be tested without a network.

It follows the Hub's documented HTTP behaviour (and what `huggingface_hub` 2.x expects of it), not what lit-hf calls.
Run it with `python -m tests.hub_server --port 8123` and set `HF_ENDPOINT=http://127.0.0.1:8123 HF_HUB_DISABLE_XET=1`.
"""
