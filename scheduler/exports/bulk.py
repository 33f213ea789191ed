"""Posts as the files that other tools take to schedule many at once. The same posts give the same bytes.

The columns of Buffer, Publer and Metricool are those of their templates as several users noted them in 2026; nobody
here could try them. Those of Hootsuite are unsure. No such file can hold a picture: only the address of one.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scheduler.model import Post

_FORMULA = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet would run


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool and its file: `cells` gives what a post fills in, by column; all else stays empty.

    `most` is how many posts a file may have (0: not known), `networks` which it can tell apart by their column (empty:
    the account is chosen in the tool), `parts` what it takes for the end of a text, `unsure` what nobody could confirm.
    """

    name: str
    columns: tuple[str, ...]
    cells: Callable[[Post], Mapping[str, str]]
    has_header: bool = True
    most: int = 0
    networks: tuple[str, ...] = ()
    parts: str = ""
    has_alt: bool = True
    unsure: str = ""


def as_bulk(tool: Tool, posts: Iterable[Post]) -> bytes:
    """A row for each post. Every cell is quoted; a text is what was approved, to the letter."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if tool.has_header:
        writer.writerow(tool.columns)
    for post in posts:
        cells = tool.cells(post)
        writer.writerow([cells.get(column, "") for column in tool.columns])
    return out.getvalue().encode()


def cautions(tool: Tool, posts: Sequence[Post]) -> Iterator[str]:
    """What a person must know before the file goes to the tool, a line each."""
    if tool.unsure:
        yield f"{tool.name}: {tool.unsure}"
    if tool.most and len(posts) > tool.most:
        yield f"{tool.name} takes {tool.most} posts in a file, not {len(posts)}: narrow it with --from and --to"
    for post in posts:
        for column, cell in tool.cells(post).items():
            if cell.startswith(_FORMULA):
                yield (
                    f"{post.id}: its {column} begins with {cell[0]} and stays so; "
                    "a spreadsheet program would take it for a formula, so upload the file without opening it in one"
                )
            if tool.parts and tool.parts in cell:
                yield f"{post.id}: its {column} holds {tool.parts}, where {tool.name} begins another text"
        if post.wording.media:
            alone = "" if tool.has_alt or not post.wording.alt else " and its alt text"
            yield f"{post.id}: its picture{alone} cannot go with the file; add it in {tool.name}"


def _buffer(post: Post) -> dict[str, str]:
    return {"Text": post.wording.text, "Posting Time": f"{post.local:%Y-%m-%d %H:%M}"}


def _publer(post: Post) -> dict[str, str]:
    # With a hyphen in the time Publer makes a draft without a word; a link in its column would win over the picture.
    w = post.wording
    return {"Date": f"{post.local:%Y-%m-%d %H:%M}", "Text": w.text, "Alt text(s)": w.alt}


# A network of ours and its column in Metricool's file.
_TICKED = {
    "facebook": "Facebook",
    "x": "Twitter/X",
    "linkedin": "LinkedIn",
    "instagram": "Instagram",
    "threads": "Threads",
    "bluesky": "Bluesky",
}
_OTHERS = ("GBP", "Pinterest", "TikTok", "Youtube")


def _metricool(post: Post) -> dict[str, str]:
    w, at = post.wording, post.local
    cells = {"Text": w.text, "Date": f"{at:%Y-%m-%d}", "Time": f"{at:%H:%M:%S}", "Draft": "FALSE"}
    cells |= {column: "TRUE" if network == post.network else "FALSE" for network, column in _TICKED.items()}
    return cells | dict.fromkeys(_OTHERS, "FALSE") | {"Alt text picture 1": w.alt}


def _hootsuite(post: Post) -> dict[str, str]:
    return {"date and time": f"{post.local:%Y-%m-%d %H:%M}", "message": post.wording.text}  # its link is in the message


_PUBLER = """
Date,Text,Link(s),Media URL(s),Title,Label(s),Alt text(s),Comment(s),Board/Album,Post subtype,CTA,Reminder
"""
_METRICOOL = f"""
Text,Date,Time,Draft,Facebook,Twitter/X,LinkedIn,GBP,Instagram,Pinterest,TikTok,Youtube,Threads,Bluesky,
{",".join(f"Picture Url {n}" for n in range(1, 11))},{",".join(f"Alt text picture {n}" for n in range(1, 11))},
Document title,Shortener,Video Thumbnail Url,Video Cover Frame,Twitter/X Can reply,Twitter/X Type,
Twitter/X Poll Duration minutes,{",".join(f"Twitter/X Poll Option {n}" for n in range(1, 5))},Pinterest Board,
Pinterest Pin Title,Pinterest Pin Link,Pinterest Pin New Format,Instagram Post Type,Instagram Show Reel On Feed,
Youtube Video Title,Youtube Video Type,Youtube Video Privacy,Youtube video for kids,Youtube Video Category,
Youtube Video Tags,Youtube playlist,GBP Post Type,Facebook Post Type,Facebook Title,First Comment Text,TikTok Title,
TikTok disable comments,TikTok disable duet,TikTok disable stitch,TikTok Post Privacy,TikTok Branded Content,
TikTok Your Brand,TikTok Auto Add Music,TikTok Photo Cover Index,TikTok musicId,TikTok music title,TikTok music author,
TikTok music previewUrl,TikTok music thumbnailUrl,TikTok music soundVolume,TikTok music originalVolume,
TikTok music startMillis,TikTok music endMillis,TikTok is AI generated content,LinkedIn Type,LinkedIn Poll Question,
{",".join(f"LinkedIn Poll Option {n}" for n in range(1, 5))},LinkedIn Poll Duration,LinkedIn Show link preview,
LinkedIn Images as Carousel,Threads Reply Control,Threads Is Spoiler,Threads Post Type
"""


def _columns(header: str) -> tuple[str, ...]:
    return tuple(header.replace("\n", "").split(","))


TOOLS = {
    "buffer": Tool(
        name="Buffer",
        columns=("Text", "Image URL", "Tags", "Posting Time"),
        cells=_buffer,
        most=100,
        has_alt=False,
    ),
    "publer": Tool(
        name="Publer",
        columns=_columns(_PUBLER),
        cells=_publer,
        parts="||",
    ),
    "metricool": Tool(
        name="Metricool",
        columns=_columns(_METRICOOL),
        cells=_metricool,
        networks=tuple(_TICKED),
    ),
    "hootsuite": Tool(
        name="Hootsuite",
        columns=("date and time", "message", "link"),
        cells=_hootsuite,
        has_header=False,
        most=350,
        has_alt=False,
        unsure="its columns are unsure (date and time, message, link; no header): compare the file with the sample in "
        "its Bulk Composer, and choose year-month-day as the format of dates",
    ),
}
