"""`python -m tests.hub_server [--port N]`: serve the stand-in Hub on 127.0.0.1 until interrupted.

The first line on stdout is its address; port 0 (the default) takes a free one. Accounts: `hf_owner` is the token of
`owner` (and admin of `org`), `hf_stranger` that of `stranger`, `hf_readonly` a read-only token of `owner`,
`hf_librarian` one that may write where documentation reads.
"""

from __future__ import annotations

import argparse
import socket

import uvicorn

from tests.hub_server.app import build


def main() -> None:
    """Parse the port, print the address, serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.hub_server", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    listening = socket.create_server(("127.0.0.1", parser.parse_args().port))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    # "critical": an injected cut is an exception to uvicorn, and its traceback would only look like a failure.
    config = uvicorn.Config(build(), log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
