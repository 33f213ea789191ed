"""What a person does to post by hand on each network, in short steps. Menus change: the steps name what to look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# What a network is called. Whatever is not here is called as in daymark.toml.
NAMES = {
    "linkedin": "LinkedIn",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "threads": "Threads",
    "whatsapp": "WhatsApp",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "telegram": "Telegram",
    "plain": "your network",
}

_HOLD = ("", "Look whether somebody has put posts on hold since: daymark status")
_NO_FIELD = ("note", "There is no field for the content note here: put it in the first line, with an empty line below.")

# Each step with what the post must have for it: text alone, `picture`, `alt`, `note`, `link`; `bare` has no picture.
_STEPS = {
    "linkedin": (
        ("", "Start a post as your organisation's page, not as yourself: its name stands above the field."),
        _NO_FIELD,
        ("", "Paste the text into the field."),
        ("picture", "Add the picture. If a preview of the link has come up, take the preview away first."),
        ("alt", "On the picture choose Alt text and paste the alt text there."),
        ("link", "Open the link once, to see that it leads to the right page."),
        ("", "Before you press Post: the page is the author, Anyone can see it, no line is cut or run together."),
    ),
    "facebook": (
        ("", "Switch to your page, so that the post comes from it and not from you, and create a post."),
        _NO_FIELD,
        ("", "Paste the text into the field."),
        ("picture", "Add the picture. If a preview of the link has come up, take the preview away."),
        (
            "alt",
            "Choose Edit on the picture, then Alternative text, and paste the alt text in place of what stands there.",
        ),
        ("link", "Open the link once, to see that it leads to the right page."),
        ("", "Before you press Publish: the page is the author, the audience is Public, nobody is tagged by mistake."),
    ),
    "instagram": (
        ("bare", "This post has no picture, and Instagram takes none without one. Ask for a picture, or leave it out."),
        ("", "Switch to your organisation's account and create a post."),
        ("picture", "Choose the picture, and look that the square does not cut off faces or words."),
        _NO_FIELD,
        ("", "Paste the text as the caption."),
        ("alt", "Under Advanced settings, or Accessibility, choose Write alt text and paste the alt text there."),
        ("link", "A link in a caption cannot be tapped: put it into the profile, or as a sticker into a story."),
        (
            "",
            "Before you press Share: the account is the right one, the caption is whole, nobody is tagged by mistake.",
        ),
    ),
    "x": (
        ("", "Look that you are signed in as your organisation, and start a post."),
        _NO_FIELD,
        ("", "Paste the text. The circle below it must not turn red."),
        ("picture", "Add the picture."),
        ("alt", "Choose Add description, or ALT, on the picture and paste the alt text there."),
        ("link", "Open the link once, to see that it leads to the right page."),
        ("", "Before you press Post: the account is the right one, and Everyone can reply only if you want it so."),
    ),
    "threads": (
        ("", "Look that you are signed in as your organisation, and start a new thread."),
        _NO_FIELD,
        ("", "Paste the text. A hashtag becomes the topic of the post, and there can be one only."),
        ("picture", "Add the picture."),
        ("alt", "Choose Alt on the picture and paste the alt text there."),
        ("link", "Open the link once, to see that it leads to the right page."),
        ("", "Before you press Post: the account is the right one, and nothing was split into a second post."),
    ),
    "whatsapp": (
        ("", "Open your channel, or the group in which only admins write. Look twice that it is no private chat."),
        ("picture", "Add the picture first: the text becomes its caption."),
        _NO_FIELD,
        ("", "Paste the text. Signs such as * and _ around words make them bold or slanted."),
        (
            "alt",
            "There is no field for alt text. Send it as a message of its own after the post, for those who listen.",
        ),
        ("link", "Wait until the preview of the link has come up, and look that it shows the right page."),
        ("", "Before you send it: the channel is the right one. What is sent reaches phones at once."),
    ),
    "mastodon": (
        ("", "Look that you are signed in as your organisation, and start a post."),
        ("note", "Choose CW (content warning) and paste the content note into the field that opens."),
        ("", "Paste the text into the field below."),
        ("picture", "Add the picture."),
        ("alt", "Choose Edit, or Alt, on the picture and paste the alt text as its description."),
        ("", "Set the language of the post to: {language}."),
        ("link", "Open the link once, to see that it leads to the right page."),
        ("", "Before you press Post: the account is the right one, and it is Public."),
    ),
    "bluesky": (
        ("", "Look that you are signed in as your organisation, and start a new post."),
        _NO_FIELD,
        ("", "Paste the text. The number below it must not turn red."),
        ("picture", "Add the picture."),
        ("alt", "Choose ALT on the picture and paste the alt text there."),
        ("", "Set the language of the post to: {language}."),
        ("link", "Open the link once, to see that it leads to the right page."),
        ("", "Before you press Post: the account is the right one, and addresses and hashtags are coloured."),
    ),
}
_ELSEWHERE = (
    ("", "Look that you are signed in as your organisation, and start a post."),
    ("note", "If there is a field for a content warning, paste the content note there; else put it in the first line."),
    ("", "Paste the text into the field."),
    ("picture", "Add the picture."),
    ("alt", "Look on the picture for Alt text, Description or Accessibility and paste the alt text there."),
    ("link", "Open the link once, to see that it leads to the right page."),
    ("", "Before you post: the account is the right one, everyone can see it, no line is cut or run together."),
)
_LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish", "ar": "Arabic", "zh": "Chinese", "ru": "Russian"}


def steps(network: str, has: Collection[str], language: str, done: str, wait: str = "") -> Iterator[str]:
    """The steps for a post that has these parts; `done` is where the command stands that tells Daymark of it.

    `wait`: when it goes up, if that is still to come.
    """
    if wait:
        yield f"Wait: it goes up on {wait}, not before. Post it then from its pack in outbox."
    for needs, words in (_HOLD, *_STEPS.get(network, _ELSEWHERE)):
        if not needs or needs in has:
            yield words.format(language=_LANGUAGES.get(language, language))
    if "thread" in has:
        yield "Answer your own post with part 2, that answer with part 3, and so on: only then the thread is whole."
    yield f"Once it is up, copy its address and tell Daymark: {done}"
