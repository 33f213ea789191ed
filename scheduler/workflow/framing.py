"""The pictures of a toolkit: each as it was approved, and whole in every size that partners' channels show."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scheduler.channels import PictureError, picture_bytes
from scheduler.errors import BadData
from scheduler.pictures import CARDS, SIZES, NoPicture, ending, framed, points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.exports.toolkit import Item
    from scheduler.model import Media, Post


@dataclass(slots=True)
class Framed:
    """Pictures by their path in the toolkit; of each, by its digest, the paths of its sizes; why there are none."""

    files: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, dict[str, str]] = field(default_factory=dict)  # path by size
    left_out: list[str] = field(default_factory=list)


def frame(items: Sequence[Item], posts: Sequence[Post], ground: Callable[[], str], home: Path) -> Framed:
    """The pictures of texts; those that are no cards also on a ground, once for all texts that show it.

    A card needs no frame: the toolkit has it drawn in every size. `ground` gives the colour, or raises BadData.
    Raises BadData for a picture that is not as it was.
    """
    media = {p.wording.media.sha256: p.wording.media.here(home) for p in posts if p.wording.media}
    made = Framed()
    for item in (i for i in items if i.picture):
        made.files[item.picture] = data = _approved(media[item.seen])
        if item.seen in made.sizes or Path(media[item.seen].path).is_relative_to(home.joinpath(*CARDS)):
            continue
        made.sizes[item.seen] = {}
        try:
            _in_sizes(item, data, ground(), made)
        except (NoPicture, BadData) as error:
            made.left_out.append(f"{item.picture} in other sizes: {error}")
    return made


def _in_sizes(item: Item, data: bytes, ground: str, made: Framed) -> None:
    for size, shape in SIZES.items():
        if points(data) == shape:
            made.sizes[item.seen][size] = item.picture
            continue
        sheet = framed(data, size, ground)
        path = f"{PurePosixPath(item.picture).with_suffix('')}-{size}.{ending(sheet)}"
        made.sizes[item.seen][size], made.files[path] = path, sheet


def _approved(media: Media) -> bytes:
    try:
        return picture_bytes(media, "folder")
    except PictureError as error:
        raise BadData(str(error), "put back the picture that was approved, or have the new one approved") from error
