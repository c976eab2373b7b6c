"""Entry of `lit-hf`, `python -m lit_hf`, `accelerate launch -m lit_hf` and `torchrun -m lit_hf`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from lit_hf.cli.app import run
    from lit_hf.runtime.processes import end

    code = run(sys.argv[1:])
    end(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
