"""What search engines read: sitemap.xml (sitemaps.org, protocol 0.9) and robots.txt."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SITEMAP, ROBOTS = "sitemap.xml", "robots.txt"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


def sitemap(base: str, paths: Iterable[str]) -> bytes:
    """The addresses of all pages; whole addresses are what the protocol asks for, so `base` must be known."""
    lines = (f"<url><loc>{escape(f'{base}/{path}', quote=False)}</loc></url>\n" for path in sorted(paths))
    return (_HEAD + "".join(lines) + "</urlset>\n").encode()


def robots(base: str) -> bytes:
    """Everything may be read, and where the list of all pages is."""
    where = f"Sitemap: {base}/{SITEMAP}\n" if base else ""
    return f"User-agent: *\nAllow: /\n{where}".encode()
