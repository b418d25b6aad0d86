# SPDX-License-Identifier: EUPL-1.2
"""What pages load: our own files and those in vendor/, and no others, served under /static."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Response

router = APIRouter(include_in_schema=False)

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
FILES: Final = {
    path.name: path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*")) if path.suffix in _TYPES
}
"""Read once; nothing else of the disk can be asked for."""
_VERSIONS: Final = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in FILES.items()}


def address(name: str) -> str:
    """Where a file is; another content has another address, so that a browser may keep it."""
    return f"/static/{name}?v={_VERSIONS[name]}"


@router.get("/static/{name}")
def get_static(name: str) -> Response:
    """A file. Public: it is the same for everybody."""
    if name not in FILES:
        raise HTTPException(status_code=404)
    headers = {
        "Cache-Control": "public, max-age=86400",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    media_type = _TYPES[Path(name).suffix]
    return Response(FILES[name], media_type=media_type, headers=headers)
