"""Copy the pinned front-end files from node_modules into static/vendor, with their licences and a SHA-256 manifest.

What only the tests need, the accessibility checker axe, goes into tests/browser/vendor.

Run `npm ci --ignore-scripts` first. The copies are committed, so nobody but the person who changes a version needs npm.
"""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# The npm package of @tabler/core ships no licence file; its stylesheet's banner names the holders and the licence.
TABLER_LICENCE = """MIT License

Copyright (c) 2018-2026 The Tabler Authors
Copyright (c) 2018-2026 codecalm.net Paweł Kuna

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

# From node_modules -> into static/vendor. ECharts' "common" bundle lacks custom series, which the chart's lanes need.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/icons/LICENSE": "tabler-icons/LICENSE",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/i18n/langPL.js": "echarts/langPL.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
}

TESTS = ROOT / "tests" / "browser" / "vendor"
TEST_FILES = {
    "axe-core/axe.min.js": "axe/axe.min.js",
    "axe-core/LICENSE": "axe/LICENSE",
    "axe-core/LICENSE-3RD-PARTY.txt": "axe/LICENSE-3RD-PARTY.txt",
}

# Every icon the templates may use; a test compares it with what they do use.
ICON_NAMES = """
adjustments-horizontal ad alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left arrow-right
arrow-narrow-right arrow-up arrows-diff arrows-exchange arrows-sort ban bell bolt box building-store bulb calendar
calendar-event chart-bar chart-dots chart-histogram chart-line check chevron-down chevron-left chevron-right chevron-up
circle-check circle-dashed circle-x clock clock-pause click cloud-download cloud-off columns-3 copy credit-card
currency-zloty database device-desktop discount dots dots-vertical download external-link eye eye-off file-description
file-off file-spreadsheet file-text files filter filter-off flag git-compare hand-click help-circle history
history-toggle home hourglass info-circle key language layout-dashboard link link-off list list-details lock login
logout mail mail-check mail-forward maximize menu-2 message minus moon note package package-off palette pencil
percentage photo player-pause player-play plug-connected plug-connected-x plus question-mark receipt refresh
refresh-alert robot rotate-clockwise ruler-measure scale search selector settings shield-check shield-lock
shopping-cart sort-ascending sort-descending speakerphone stack-2 star sun switch-horizontal table tag tags target
trash trending-down trending-up truck truck-delivery unlink upload user user-circle user-plus users wand wifi-off world
x zoom-in zoom-out zoom-reset
"""
ICONS = sorted(set(ICON_NAMES.split()))

SOURCE_MAP = re.compile(r"^(/\*|//)# sourceMappingURL=.*$\n?", re.MULTILINE)
SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
EMPTY_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


def main() -> None:
    """Rewrite both folders completely and describe them in their manifest.json."""
    copy(FILES, VENDOR)
    write(VENDOR / "tabler/LICENSE", TABLER_LICENCE)
    write(VENDOR / "tabler-icons/icons.svg", sprite())
    write(VENDOR / "manifest.json", manifest(VENDOR, "dependencies"))
    copy(TEST_FILES, TESTS)
    write(TESTS / "manifest.json", manifest(TESTS, "devDependencies"))
    sys.stdout.write(f"{len(FILES)} files and {len(ICONS)} icons in {VENDOR.relative_to(ROOT)}\n")


def copy(files: dict[str, str], folder: Path) -> None:
    """Replace what stands in `folder` by these files; a map file is not vendored, so no text may ask for one."""
    shutil.rmtree(folder, ignore_errors=True)
    for source, target in files.items():
        write(folder / target, SOURCE_MAP.sub("", (MODULES / source).read_text(encoding="utf-8")))


def write(path: Path, text: str) -> None:
    """Write `text` with one newline at its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.strip() + "\n", encoding="utf-8")


def sprite() -> str:
    """One SVG whose symbols are the outline icons, each with its name as id; stroke and size come from the CSS."""
    symbols = [symbol(name) for name in ICONS]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>"


def symbol(name: str) -> str:
    """The symbol of one icon. Raises FileNotFoundError for a name Tabler does not have."""
    body = SVG.search((MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text(encoding="utf-8"))
    if body is None:
        raise ValueError(f"{name}.svg holds no svg element")
    shapes = " ".join(EMPTY_BOX.sub("", body.group(1)).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def manifest(folder: Path, group: str) -> str:
    """JSON of the versions of a group of packages and of the SHA-256 of every file in `folder`, by its path there."""
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))[group]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return json.dumps({"packages": pinned, "sha256": hashes}, indent=2)


if __name__ == "__main__":
    main()
