"""A post as a letter: plain text and HTML, the picture inside it. The same post gives the same bytes at each try.

What it stands on: RFC 5322 (form), 2046 and 2387 (parts), 2369 and 8058 (List-Unsubscribe), 3282 (Content-Language).
Auto-Submitted (RFC 3834) is left out: it says that no person wrote this, and a person approved each of these; and lists
may turn away what has it (Sympa's reject_mail_from_automates_feature).
"""

from __future__ import annotations

import re
import unicodedata
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
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
    w, id = message.wording, id_of(message.key, sender)
    text = _sound("\n\n".join(filter(None, (w.note, w.text))))
    subject, alt = _line(message.title.rpartition(": ")[0] or message.title), _line(w.alt)
    zone = ZoneInfo(message.zone)
    mail = EmailMessage(policy=POLICY)
    mail["From"], mail["To"] = Address(addr_spec=sender), Address(addr_spec=to)
    mail["Date"] = as_utc(message.local.date(), message.local.time(), zone).astimezone(zone)
    mail["Message-ID"] = f"<{id}>"
    mail.set_content(text)
    mail.add_alternative(_page(message.language, subject, text, alt, f"picture.{id}" if picture else ""), "html")
    mail["Content-Language"] = message.language  # now: what describes contents goes with them into a part
    if picture:
        _add(mail, picture, f"<picture.{id}>")
    _bound(mail, sha256("\0".join([id, to, subject, text, alt]).encode() + picture).hexdigest()[:32])
    return _by_hand(subject, unsubscribe) + mail.as_bytes()


def _by_hand(subject: str, unsubscribe: str) -> bytes:
    """The headers that the library may not write: it breaks a long address in two, and undoes encoded words (RFC 2047).

    A subject with `=?utf-8?q?=0D=0ABcc:...?=` in it would become a header of its own (EmailMessage of Python 3.11.7).
    """
    is_plain = subject.isascii() and "=?" not in subject and len(subject) <= 60  # it fits on one line as it is
    said = subject if is_plain else Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    lines = [f"Subject: {said}"]
    if unsubscribe:
        lines += [f"List-Unsubscribe: <{unsubscribe}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _add(mail: EmailMessage, picture: bytes, cid: str) -> None:
    kind = "png" if picture.startswith(b"\x89PNG") else "webp" if picture.startswith(b"RIFF") else "jpeg"
    *_, page = mail.iter_parts()
    page.add_related(picture, "image", kind, cid=cid, disposition="inline", filename=f"picture.{kind}")


def _bound(mail: EmailMessage, digest: str) -> None:
    """Boundaries made of what they stand between; the library's own are new at each try."""
    for n, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}_{n}")


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
