"""A post as a letter: plain text and HTML, the picture inside it. The same post gives the same bytes at each try.

What it stands on: RFC 5322 (form), 2046 and 2387 (parts), 2369 and 8058 (List-Unsubscribe), 3282 (Content-Language).
Auto-Submitted (RFC 3834) is left out: it says that no person wrote this, and a person approved each of these; and lists
may turn away what has it (Sympa's reject_mail_from_automates_feature).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.dates import as_utc

if TYPE_CHECKING:
    from scheduler.model import Message

POLICY = SMTP.clone(cte_type="7bit")  # a server that passes it on may know nothing of 8BITMIME
RIGHT_TO_LEFT = ("ar",)
_LINK = re.compile(r'https?://[^\s<>"«»“”…。，、！？；：（）【】《》،؛؟]+')
_AFTER = ".,;:!?'*_"  # ends a sentence or a mark-up, and no address
_BLANK = re.compile(r"\n\s*\n")
# Styles stand in the elements, and language and direction once more inside the body: many readers of mail keep
# nothing of a page but what is in its body.
_PAGE = """<!DOCTYPE html>
<html lang="{language}" dir="{dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body>
<div lang="{language}" dir="{dir}" style="max-width:40em;margin:0 auto;font:16px/1.5 sans-serif;text-align:start">
{body}
</div>
</body>
</html>
"""
_PARAGRAPH = '<p style="margin:0 0 1em;overflow-wrap:anywhere">{}</p>'
_PICTURE = '<img src="cid:{}" alt="{}" style="display:block;max-width:100%;height:auto;border:0">'


def id_of(key: str, sender: str) -> str:
    """The Message-ID of a key, without its angle brackets: at the sender's domain."""
    return f"{key}@{sender.rpartition('@')[2]}"


def letter(message: Message, sender: str, to: str, unsubscribe: str = "", picture: bytes = b"") -> bytes:
    """The whole letter, in 7-bit lines of at most 998 octets that end with CRLF.

    `sender` and `to` are bare addresses in ASCII, `unsubscribe` an https address in ASCII of at most 900 signs or
    empty, and `picture` a PNG, JPEG or WebP or empty. Its date is when the post was planned, however late it goes.
    """
    id = id_of(message.key, sender)
    sheet = _sheet(replace(message, key=""), sender, picture, f"picture.{id}" if picture else "")
    lines = [sheet.subject]
    if unsubscribe:
        lines += [f"List-Unsubscribe: <{unsubscribe}>\r\n", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"]
    lines += [sheet.sender, _header("To", Address(addr_spec=to)), sheet.date, _header("Message-ID", f"<{id}>")]
    digest = sha256(f"{id}\0{to}\0".encode() + sheet.said).hexdigest()[:32]
    return "".join(lines).encode("ascii") + sheet.rest.replace(sheet.digest, digest.encode())


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the letters of a message have in common, whoever gets them.

    Lines of the head with their ends, `rest` all that follows them, `said` what the letter says. Boundaries are made of
    what they stand between, as the library's own are new at each try; in `rest` they hold a `digest` of that alone.
    """

    subject: str
    sender: str
    date: str
    rest: bytes
    said: bytes
    digest: bytes


@lru_cache(maxsize=8)  # the letters of a post for many go out one after the other; making them took longer than sending
def _sheet(message: Message, sender: str, picture: bytes, cid: str) -> _Sheet:
    """`cid` names the picture, which each letter names in its own way; the key of the message does not count."""
    w, zone = message.wording, ZoneInfo(message.zone)
    text = _sound("\n\n".join(filter(None, (w.note, w.text))))
    subject, alt = _line(message.title.rpartition(": ")[0] or message.title), _line(w.alt)
    said = "\0".join([subject, text, alt]).encode() + picture
    digest = sha256(cid.encode() + b"\0" + said).hexdigest()[:32]
    mail = EmailMessage(policy=POLICY)
    mail.set_content(text)
    mail.add_alternative(_page(message.language, subject, text, alt, cid), "html")
    mail["Content-Language"] = message.language  # now: what describes contents goes with them into a part
    if picture:
        _add(mail, picture, f"<{cid}>")
    for n, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}_{n}")
    date = as_utc(message.local.date(), message.local.time(), zone).astimezone(zone)
    head = _subject(subject), _header("From", Address(addr_spec=sender)), _header("Date", date)
    return _Sheet(*head, mail.as_bytes(), said, digest.encode())


def _header(name: str, value: object) -> str:
    """A line of the head as the library writes it, or several, with their ends."""
    return str(POLICY.fold(*POLICY.header_store_parse(name, value)))


def _subject(subject: str) -> str:
    """The line that the library may not write: it undoes encoded words (RFC 2047).

    A subject with `=?utf-8?q?=0D=0ABcc:...?=` in it would become a header of its own (EmailMessage of Python 3.11.7).
    The address to unsubscribe at is not its to write either: it breaks a long one in two.
    """
    is_plain = subject.isascii() and "=?" not in subject and len(subject) <= 60  # it fits on one line as it is
    said = subject if is_plain else Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {said}\r\n"


def _add(mail: EmailMessage, picture: bytes, cid: str) -> None:
    kind = "png" if picture.startswith(b"\x89PNG") else "webp" if picture.startswith(b"RIFF") else "jpeg"
    *_, page = mail.iter_parts()
    page.add_related(picture, "image", kind, cid=cid, disposition="inline", filename=f"picture.{kind}")


def _page(language: str, title: str, text: str, alt: str, cid: str) -> str:
    """The text as HTML: a blank line ends a paragraph, an address becomes a link, and nothing else is added."""
    parts = [_PARAGRAPH.format(_linked(part).replace("\n", "<br>\n")) for part in _BLANK.split(text.strip())]
    if cid:
        parts.append(_PICTURE.format(cid, escape(alt)))
    side = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return _PAGE.format(language=escape(language), dir=side, title=escape(title), body="\n".join(parts))


def _linked(text: str) -> str:
    made, last = "", 0
    for found in _LINK.finditer(text):
        url = found[0].rstrip(_AFTER)
        url = url if "(" in url else url.partition(")")[0].rstrip(_AFTER)
        made += escape(text[last : found.start()]) + f'<a href="{escape(url)}" dir="ltr">{escape(url)}</a>'
        last = found.start() + len(url)
    return made + escape(text[last:])


def _sound(text: str) -> str:
    """A text that UTF-8 can write, with one kind of line end and no other control character than tabs."""
    lines = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) != "Cc")


def _line(text: str) -> str:
    """A text on one line, fit for a header."""
    return " ".join(_sound(" ".join(text.split())).split())
