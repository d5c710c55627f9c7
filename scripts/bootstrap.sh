#!/usr/bin/env bash
# Makes the virtual environment and installs the pinned libraries into it. Called by make; safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if ! command -v "$python" >/dev/null || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Python 3.11 or newer is needed: install it, or name it in PYTHON." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "Installing python3-venv, which Debian keeps apart from Python ..."
  as_root apt-get update -q >/dev/null
  as_root apt-get install -y -q --no-install-recommends python3-venv >/dev/null
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing the libraries ..."
.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
touch .venv/.installed
