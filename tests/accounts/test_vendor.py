"""The committed front-end files are the pinned ones, untouched, and nothing on a page comes from elsewhere."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "static" / "vendor"
FOLDERS = (VENDOR, ROOT / "tests" / "browser" / "vendor")
MANIFESTS = {folder: json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in FOLDERS}
RECORDED = [(folder, name) for folder, manifest in MANIFESTS.items() for name in manifest["sha256"]]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize(("folder", "name"), RECORDED, ids=[name for _folder, name in RECORDED])
def test_vendored_file_has_the_recorded_hash(folder: Path, name: str) -> None:
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == MANIFESTS[folder]["sha256"][name]


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_vendored_file_is_recorded(folder: Path) -> None:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - {"manifest.json"} == set(MANIFESTS[folder]["sha256"])


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_vendored_versions_are_those_of_the_lock_file(folder: Path) -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    locked = {name: lock["packages"][f"node_modules/{name}"]["version"] for name in MANIFESTS[folder]["packages"]}
    assert locked == MANIFESTS[folder]["packages"]


def test_every_package_comes_with_its_licence() -> None:
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").read_text(encoding="utf-8").strip(), folder


def test_stylesheets_load_nothing_from_elsewhere() -> None:
    for path in (ROOT / "static").rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "@import" not in text
        assert not re.search(r"url\((?![\"']?data:)", text), path


def test_templates_use_only_icons_of_the_sprite() -> None:
    sprite = (VENDOR / "tabler-icons" / "icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    for path in TEMPLATES:
        used = set(re.findall(r'{%\s*icon "([^"]+)"', path.read_text(encoding="utf-8")))
        assert used <= known, f"{path}: {used - known}"


# Mail programs fetch no stylesheet, so a letter carries its own.
PAGES = [path for path in TEMPLATES if path.name != "letter.html"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_template_has_nothing_inline_and_nothing_foreign(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|\s(?:data-)?hx-on", text)
    for opening in re.findall(r"<script[^>]*>", text):
        assert "src=" in opening or 'type="application/json"' in opening, opening
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
