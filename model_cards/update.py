"""Make the example cards: `python model_cards/update.py [--render-only]`.

Evaluates the demo's checkpoints on the demo's data with `lit-hf eval`, stores `NAME/record.json`, and makes
`NAME/README.md` of it with `lit-hf card`. With `--render-only` the stored records are rendered again. Needs the `test`
extra; no network.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2")
DATA = "rotten_tomatoes.csv"


def main() -> None:
    """Evaluate unless told otherwise, then render."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--render-only", action="store_true", help="render the stored records, evaluate nothing")
    parser.add_argument("--max-examples", type=int, default=2000, help="labels to code")
    given = parser.parse_args()
    if not given.render_only:
        evaluate_all(given.max_examples)
    for name in NAMES:
        (HERE / name / "README.md").unlink(missing_ok=True)
        lit_hf("card", str(HERE / name / "record.json"), "--model-folder", str(HERE / name), where=HERE)


def evaluate_all(max_examples: int) -> None:
    """Evaluate every checkpoint under its own name: no path of this machine gets into a record."""
    sys.path.insert(0, str(HERE.parent))
    from lit_hf.demo import find_demo
    from scripts.assets import l3_folder

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        demo = find_demo()
        (place / NAMES[0]).symlink_to(demo.model)
        (place / NAMES[1]).symlink_to(l3_folder())
        shutil.copy(demo.dataset, place / DATA)
        for name in NAMES:
            lit_hf("eval", name, DATA, "--max-examples", str(max_examples), "--output", f"out-{name}", where=place)
            (HERE / name).mkdir(exist_ok=True)
            shutil.copy(place / f"out-{name}" / "record.json", HERE / name / "record.json")


def lit_hf(*words: str, where: Path) -> None:
    """Run one command of lit-hf."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    subprocess.run([sys.executable, "-m", "lit_hf", *words], cwd=where, env=environment, check=True)


if __name__ == "__main__":
    main()
