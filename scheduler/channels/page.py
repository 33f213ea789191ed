"""The page of a pack: what to copy, a picture, steps. It asks nothing of the network, and reads without scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.channels.pack import Pack

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --quiet: #56616f; --line: #c3c9d2; --soft: #f3f5f8; --card: #fff;
  --accent: #1f4e79; --on-accent: #fff; --good: #17603a; --wait: #fff0d1; --on-wait: #5b3a00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --quiet: #a7b2bf; --line: #465261; --soft: #171d24;
  --card: #1f2730; --accent: #9cc8f0; --on-accent: #10202e; --good: #7fd3a4; --wait: #3b2c0c; --on-wait: #ffdf9e } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 3rem; background: var(--soft);
  color: var(--ink); font: 1.0625rem/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; text-wrap: balance }
h2 { font-size: 1.125rem; margin: 0 }
p { margin: 0 0 .5rem }
.quiet { color: var(--quiet) }
.due { font-size: 1.125rem }
.wait { margin: 0 0 1.25rem; padding: .8rem 1.15rem; border: 2px solid currentColor; border-radius: .6rem;
  background: var(--wait); color: var(--on-wait) }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; margin-top: 1.5rem }
@media (min-width: 60rem) { main { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 2.5rem } }
section { margin: 0 0 1.75rem }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .9rem; min-height: 2.6rem; margin: 0 0 .4rem }
.head [role=status] { color: var(--good); font-weight: 600 }
pre { margin: 0; padding: 1rem 1.15rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
pre.command { font: .95rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
img { display: block; max-width: 100%; max-height: 70vh; border: 1px solid var(--line); border-radius: .6rem;
  margin: 0 0 .75rem }
button { font: inherit; font-weight: 600; padding: .35rem 1rem; border: 1px solid transparent; border-radius: .5rem;
  background: var(--accent); color: var(--on-accent); cursor: pointer }
:focus-visible { outline: .2rem solid var(--accent); outline-offset: .15rem }
ol { list-style: none; margin: 0; padding: 0 }
li label { display: flex; gap: .75rem; padding: .5rem 0; border-bottom: 1px solid var(--line); cursor: pointer }
li input { flex: none; width: 1.25rem; height: 1.25rem; margin: .2rem 0 0; accent-color: var(--accent) }
li span { min-width: 0; overflow-wrap: anywhere }
li input:checked + span { color: var(--quiet); text-decoration: line-through }
.ask { display: block; margin: 0 0 .75rem }
.ask input { display: block; width: 100%; font: inherit; padding: .4rem .6rem; margin-top: .2rem;
  border: 1px solid var(--quiet); border-radius: .4rem; background: var(--card); color: inherit }
a { color: var(--accent); overflow-wrap: anywhere }
pre + p { margin: .5rem 0 0 }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
[hidden] { display: none !important }
@media print { body { background: none } button, .ask { display: none } }
"""

_SCRIPT = """
const copied = async (button) => {
  const block = document.getElementById(button.dataset.copy)
  const told = button.parentElement.querySelector("[role=status]")
  told.textContent = ""
  const range = document.createRange()
  range.selectNodeContents(block)
  getSelection().removeAllRanges()
  getSelection().addRange(range)
  let is_copied = true
  try { await navigator.clipboard.writeText(block.textContent) }
  catch { is_copied = document.execCommand("copy") }
  setTimeout(() => { told.textContent = is_copied ? "Copied" : "Marked: now press Ctrl+C, or Cmd+C" }, 50)
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false
  button.onclick = () => copied(button)
}
const ask = document.getElementById("address"), command = document.getElementById("done"), usual = command.textContent
ask.parentElement.hidden = false
ask.oninput = () => {
  const address = ask.value.trim().replaceAll("'", "%27")
  command.textContent = address ? usual.replace(/ADDRESS$/, () => "'" + address + "'") : usual
}
"""

# Nothing from outside, whatever a text holds.
_POLICY = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(pack: Pack) -> str:
    """The page of a pack, in English around texts of any language."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(f"{'Not yet: ' if pack.early else ''}{pack.network}: {pack.message.title}")}</title>
<style>{_STYLE}</style>
</head>
<body>
{_top(pack)}
<main>
<div>
{_words(pack)}</div>
<div>
{_steps(pack)}
{_done(pack)}
</div>
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _top(pack: Pack) -> str:
    """Which post it is, and when it is due."""
    m = pack.message
    return f"""<header>
{_wait(pack)}<p class="quiet">To post by hand on {escape(pack.network)}, as {escape(m.account)}</p>
<h1><bdi lang="{escape(m.language)}">{escape(m.title)}</bdi></h1>
<p class="due">Due <b><time datetime="{pack.at.isoformat()}">{pack.when}</time></b>
<span class="quiet">{escape(m.zone)} (UTC{pack.at.isoformat()[19:]})</span><br>
<a href="post.ics">Put it into your calendar</a></p>
</header>"""


def _wait(pack: Pack) -> str:
    """What stands above all else on the copy of before."""
    if not pack.early:
        return ""
    return f"""<div class="wait" role="note">
<p><b>Not yet. This goes up on {pack.when} {escape(pack.message.zone)}, not before.</b></p>
<p>A copy to get ready with. At that time its pack is in outbox/{escape(pack.name)}, and this copy is gone. If
somebody changes the words, takes them back or holds the post, this copy changes or goes as well: load it anew before
you rely on it.</p>
</div>
"""


def _words(pack: Pack) -> str:
    """The parts to copy, in the order in which most networks ask for them."""
    w, language = pack.message.wording, pack.message.language
    parts = [("note", "Content note", w.note, ""), *_texts(pack)]
    made = "".join(_block(id, name, text, language, told) for id, name, text, told in parts if text)
    if pack.picture:
        made += _picture(pack)
    if pack.link:
        open_it = f'<p><a href="{escape(pack.link)}" rel="noreferrer">Open the link, to see where it leads</a></p>\n'
        made += _block("link", "Link", pack.link, "", after=open_it)
    return made


def _texts(pack: Pack) -> list[tuple[str, str, str, str]]:
    """The text, or each part of a thread, with its length."""
    if len(pack.parts) == 1:
        return [("text", "Text", pack.parts[0], pack.lengths(pack.parts[0]))]
    of = len(pack.parts)
    return [(f"text-{n}", f"Part {n} of {of}", part, pack.lengths(part)) for n, part in enumerate(pack.parts, 1)]


def _block(id: str, name: str, text: str, language: str, told: str = "", after: str = "") -> str:
    """Something to copy, under its name. The break after <pre> is the one that browsers drop."""
    said = f' lang="{escape(language)}" dir="{"rtl" if language == "ar" else "ltr"}"' if language else ""
    return f"""<section>
{_head(id, name, told)}
<pre id="{id}"{said}>
{escape(text)}</pre>
{after}</section>
"""


def _head(id: str, name: str, told: str = "", what: str = "") -> str:
    what = what or name
    count = f'<span class="quiet">{escape(told)}</span>' if told else ""
    button = f'<button type="button" data-copy="{id}" hidden>Copy<span class="unseen"> {what.lower()}</span></button>'
    return f'<div class="head"><h2>{name}</h2>{count}{button}<span role="status" aria-live="polite"></span></div>'


def _picture(pack: Pack) -> str:
    alt, file = pack.message.wording.alt, escape(pack.picture)
    shown = f"""<section>
<div class="head"><h2>Picture</h2><a href="{file}" download>{file}</a></div>
<img src="{file}" alt="{escape(alt) or "It has no alt text."}">
</section>
"""
    told = f"{len(alt)} of {pack.limits.alt_most} characters"
    return shown + (_block("alt", "Alt text", alt, pack.message.language, told) if alt else "")


def _steps(pack: Pack) -> str:
    steps = pack.steps("the command stands below")
    lines = "\n".join(f'<li><label><input type="checkbox"><span>{escape(step)}</span></label></li>' for step in steps)
    return f"""<section>
<div class="head"><h2>Steps</h2></div>
<ol>
{lines}
</ol>
</section>"""


def _done(pack: Pack) -> str:
    return f"""<section>
{_head("done", "Once it is up", what="the command")}
<label class="ask" hidden>Its address
<input id="address" type="url" inputmode="url" autocomplete="off" placeholder="https://"></label>
<pre id="done" class="command">
{escape(pack.done)}</pre>
</section>"""
