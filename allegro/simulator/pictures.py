"""Placeholder pictures of the offers: soft colours and a simple shape, always the same for the same address."""

from hashlib import blake2b

from flask import Blueprint, Response

blueprint = Blueprint("pictures", __name__)

_HUES = (18, 28, 40, 75, 110, 150, 185, 210, 250, 330)
_CUP = (
    '<path d="M120 165h130v70a55 55 0 0 1-55 55h-20a55 55 0 0 1-55-55z" fill="{dark}"/>'
    '<path d="M250 180h22a32 32 0 0 1 0 64h-24" fill="none" stroke="{dark}" stroke-width="14"/>'
    '<path d="M160 140q-14-20 0-38t0-38M205 140q-14-20 0-38t0-38" fill="none" stroke="{mid}" stroke-width="9" '
    'stroke-linecap="round"/><ellipse cx="185" cy="312" rx="92" ry="12" fill="{mid}"/>'
)
_LEAF = (
    '<path d="M140 250h120l-16 80h-88z" fill="{dark}"/><path d="M200 250V150" stroke="{mid}" stroke-width="10"/>'
    '<path d="M200 180c-70 0-90-50-90-95 60 0 95 40 90 95z" fill="{mid}"/>'
    '<path d="M200 160c60 0 85-40 85-85-55 0-90 35-85 85z" fill="{dark}" opacity=".75"/>'
)
_BOX = (
    '<path d="M90 160l110-55 110 55v125l-110 55-110-55z" fill="{mid}"/>'
    '<path d="M90 160l110 55v125l-110-55z" fill="{dark}" opacity=".8"/>'
    '<path d="M200 215l110-55v125l-110 55z" fill="{dark}" opacity=".55"/>'
)
_SHAPES = (
    (("kaw", "kub", "filiz", "espresso", "herbat", "ekspres", "latte", "dripper", "zaparzacz", "termos"), _CUP),
    (("doniczk", "ziemi", "traw", "ziol", "ogrod", "sekator", "konewk", "yerba"), _LEAF),
)


@blueprint.get("/original/<part>/<name>")
def picture(part: str, name: str) -> Response:
    """Answer the picture of an address as SVG."""
    content = draw(f"{part}/{name}")
    return Response(content, content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=31536000"})


def draw(address: str) -> str:
    """Return an SVG of 400 by 400 units for an address; the words in it choose the shape, its digits the colours."""
    digest = blake2b(address.encode(), digest_size=4).digest()
    hue = _HUES[digest[0] % len(_HUES)]
    colours = {"dark": f"hsl({hue} 38% 38%)", "mid": f"hsl({hue} 42% 62%)"}
    shape = next((found for words, found in _SHAPES if any(word in address for word in words)), _BOX)
    turn, shift = digest[1] % 9 - 4, digest[2] % 30
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">'
        f'<rect width="400" height="400" fill="hsl({hue} 45% 94%)"/>'
        f'<circle cx="{185 + shift}" cy="{200 - shift}" r="160" fill="hsl({hue} 50% 88%)"/>'
        f'<g transform="rotate({turn} 200 200)">{shape.format(**colours)}</g></svg>'
    )
