#!/usr/bin/env bash
# Installs Debian's Chromium for the browser tests where it is missing and this user may install packages.
set -euo pipefail

command -v chromium >/dev/null && exit 0
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
echo "Installing Chromium for the browser tests ..."
as_root apt-get update -q >/dev/null
as_root apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core >/dev/null ||
  { echo "Chromium is missing and could not be installed: apt-get install chromium" >&2; exit 1; }
