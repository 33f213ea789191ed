"""The WordPress channel before a small site that answers as it does, and before the real one: the same tests.

Whatever the network does to a request or an answer, readers see a post once.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from itertools import count
from typing import TYPE_CHECKING, Any

import contract
import httpx
import pytest
from faults import FAULTS, SAID, Faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import free_port, wordpress
from smallpress import PASSWORD, Answer, Small, bad
from test_pictures import picture
from through import AWAKE, a_message, queued, rounds

from scheduler.channels import http
from scheduler.channels.article import TAGS_MOST, content_of, excerpt_of, slug_of, tags_of, title_of
from scheduler.channels.wordpress import WordPress
from scheduler.errors import ChannelError
from scheduler.model import Account, DeliveryState, Media, Refused, Sent, SignedOut, TryLater, Unsure, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scheduler.model import Message

NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
WRITING, PUBLISHING = "%2Fposts HTTP", "%2Fposts%2F"  # in the first line of a POST
UPLOADING, TAGGING = "%2Fmedia HTTP", "%2Ftags HTTP"
Site = Small | wordpress.Site


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", PASSWORD)
    with Small() as started:
        yield started
        started.shutdown()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wordpress.Site]:
    with ExitStack() as stack:
        try:
            started = stack.enter_context(wordpress.running(tmp_path_factory.mktemp("wordpress"), free_port()))
        except AssertionError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        yield started


@pytest.fixture
def real(running: wordpress.Site, monkeypatch: pytest.MonkeyPatch) -> wordpress.Site:
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", running.password)
    return running


@pytest.fixture(params=["small", pytest.param("real", marks=pytest.mark.slow)])
def server(request: pytest.FixtureRequest) -> Site:
    """Each of the two."""
    return request.getfixturevalue(request.param)


def account(url: str, status: str = "publish", **more: Any) -> Account:
    asked = {"server": url, "handle": wordpress.USER, "options": {"status": status}}
    return Account("main", "wordpress", "plain", "en", "GB", "UTC", **asked | AWAKE | more)


def message(text: str, **said: Any) -> Message:
    """One whose key is that of its text."""
    key = sha256(text.encode()).hexdigest()[:40]
    return a_message(NOW, **{"key": key, "wording": Wording(text), "network": "plain"} | said)


def with_picture(folder: Path, text: str, **said: Any) -> Message:
    file = folder / "day.png"
    file.write_bytes(picture("PNG", place=True))
    media = Media(str(file), sha256(file.read_bytes()).hexdigest())
    return message(text, wording=Wording(text, alt="Two hands", media=media), **said)


def standing(server: Site, message: Message) -> list[dict[str, Any]]:
    """The articles that a message has made, with any number behind their slugs."""
    return [told for told in server.articles() if told["slug"].startswith(slug_of(message))]


def public(server: Site, text: str) -> list[str]:
    """The slugs of what readers see that says a text."""
    said = [told for told in server.articles() if told["status"] == "publish"]
    return [told["slug"] for told in said if text in told["content"]["raw"]]


def patience(server: Site) -> float:
    """Seconds until silence is no answer; the real site takes up to two seconds for an article on a busy machine."""
    return 0.3 if isinstance(server, Small) else 8.0


class _Shown(HTMLParser):
    """What a reader sees of HTML, and the elements that are in it."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.elements = "", set()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> tuple[str, set[str]]:
    parser = _Shown()
    parser.feed(html)
    parser.close()
    return " ".join(parser.text.split()), parser.elements


TEXTS = [
    ("markup", "A <script>alert(1)</script> & <b>b</b> <!--more--> </div> <img src=x onerror=y>"),
    ("quotes", "\"double\" 'single' “curly” `ticks`"),
    ("shortcodes", "[gallery] [caption]x[/caption] [embed]https://a.org[/embed]"),
    ("entities", "&amp; &lt;b&gt; &#39; &#x27; &nbsp; AT&T; R&D &copy &#0; &unknown;"),
    ("backslashes", r"C:\new\\x \' \" \0"),
    ("percents", "100 % %20 %s %1$s"),
    ("other tongues", "اليوم #حقوق_الإنسان 今天 #人权 День ñ 🌍👩🏽‍⚖️"),
    ("links", "(https://a.org/Foo_(bar)) https://un.org/a?b=1&c=2&copy=3#d. https://a.org/&#39;x https://ru.org/Права"),
    ("lines", "One.\nTwo.\r\n\r\n\n  Three.  \n\n\n"),
    ("controls", "a\x00b\x07c\x7fd\x85e"),
    ("programs", "<?php echo 1; ?> {{ x }} ${y} <% z %> <?xml ?>"),
    ("a lone link", "https://www.youtube.com/watch?v=abc"),
    ("blocks", "<!-- wp:html --><i>x</i><!-- /wp:html -->"),
]


def plain(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", text).split())


@pytest.mark.parametrize("text", [row[1] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_a_text_stays_text_and_is_kept_as_it_was_given(text: str, server: Site, tmp_path: Path) -> None:
    said = message(text)
    sent = WordPress(account(server.url), tmp_path).send(said)
    assert isinstance(sent, Sent)
    assert sent.differs == ""
    (told,) = standing(server, said)
    assert shown(told["content"]["raw"])[0] == plain(text)
    assert shown(told["content"]["raw"])[1] <= {"div", "p", "br", "a"}


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_makes_markup_of_its_own(text: str, note: str) -> None:
    said = message("", wording=Wording(text, note))
    html = content_of(said)
    assert shown(html)[1] <= {"div", "p", "br", "a", "strong"}
    assert shown(html)[0] == plain(f"{note}\n\n{text}")
    assert "[" not in html
    assert shown(excerpt_of(said))[1] | shown(title_of(replace(said, title=f"{text}: day")))[1] == set()


def test_signs_that_the_site_would_read_are_written_as_numbers_that_it_leaves() -> None:
    html = content_of(message("&#39; [gallery]"))
    assert "<p>&amp;&#035;39; &#091;gallery&#093;</p>" in html


def test_links_can_be_followed_and_lead_where_they_say() -> None:
    html = content_of(message('See https://un.org/a?b=1&c="2"#d, https://x.org/Foo_(bar).'))
    assert re.findall('<a href="([^"]*)">([^<]*)</a>', html) == [
        ("https://un.org/a?b=1&amp;c=", "https://un.org/a?b=1&amp;c="),
        ("https://x.org/Foo_(bar)", "https://x.org/Foo_(bar)"),
    ]


SIDES = [("ar", "rtl"), ("fr", "ltr"), ("zh", "ltr")]


@pytest.mark.parametrize(("language", "side"), SIDES)
def test_an_article_says_its_language_and_side(language: str, side: str) -> None:
    assert content_of(message("x", language=language)).startswith(f'<div lang="{language}" dir="{side}">')


EXCERPTS = [
    ("the first paragraph", Wording("One.\nTwo.\n\nThree."), "One. Two."),
    ("the note alone", Wording("Hard words.", note="About violence"), "About violence"),
    ("cut between words", Wording("word " * 100), "word " * 58 + "word…"),
    ("cut where there are none", Wording("人" * 400), "人" * 299 + "…"),
    ("nothing", Wording(""), ""),
]


@pytest.mark.parametrize(("wording", "excerpt"), [row[1:] for row in EXCERPTS], ids=[row[0] for row in EXCERPTS])
def test_an_excerpt_is_of_the_words_that_were_approved(wording: Wording, excerpt: str) -> None:
    assert excerpt_of(message("x", wording=wording)) == excerpt


def test_tags_are_the_hashtags_of_a_text_each_once() -> None:
    assert tags_of(message("#One #two, #ONE #人权 https://a.org/#no C# #2030")) == ["One", "two", "人权"]
    assert len(tags_of(message(" ".join(f"#Tag{n}x" for n in range(50))))) == TAGS_MOST


def test_a_slug_comes_from_its_row_alone_and_each_row_has_its_own() -> None:
    one = message("One.", key="a1" * 20)
    assert slug_of(one) == "some-day-2027-day-a1a1a1a1a1a1a1a1"
    later = replace(one, at=NOW + timedelta(days=1), title="Another", wording=Wording("Another."))
    assert slug_of(later) == slug_of(one)
    assert len({slug_of(replace(one, key=sha256(bytes([n])).hexdigest())) for n in range(200)}) == 200
    assert re.fullmatch("[a-z0-9-]{17,117}", slug_of(replace(one, post="É/" + "ü x_y" * 90 + "/Ä")))


def test_a_post_goes_out_with_all_that_was_approved(server: Site, tmp_path: Path) -> None:
    text = "Un jour pour tous : https://un.org/fr\n\n#Droits #Justice"
    said = with_picture(tmp_path, text, language="fr", title="Journée des droits: day")
    channel = WordPress(account(server.url), tmp_path)
    sent = channel.send(said)
    (told,) = standing(server, said)
    assert sent == Sent(told["link"], str(told["id"])) == channel.find(said)
    assert (told["title"]["raw"], told["status"], told["slug"]) == ("Journée des droits", "publish", slug_of(said))
    assert told["content"]["raw"] == content_of(said)
    assert told["excerpt"]["raw"] == "Un jour pour tous : https://un.org/fr"
    tags = {tag["id"]: tag["name"] for tag in server.all("/tags")}
    assert sorted(tags[id] for id in told["tags"]) == ["Droits", "Justice"]
    (media,) = [m for m in server.all("/media") if m["id"] == told["featured_media"]]
    assert media["alt_text"] == "Two hands"


def test_sending_twice_makes_one_article_one_picture_and_each_tag_once(server: Site, tmp_path: Path) -> None:
    channel, said = WordPress(account(server.url), tmp_path), with_picture(tmp_path, "Twice. #Twice")
    assert channel.find(said) is None
    first = channel.send(said)
    assert first == channel.send(said) == WordPress(account(server.url), tmp_path).send(said) == channel.find(said)
    other = WordPress(account(server.url), tmp_path).send(with_picture(tmp_path, "Another. #TWICE"))
    assert isinstance(other, Sent)
    assert len(standing(server, said)) == 1
    assert len([m for m in server.all("/media") if m["slug"].startswith(slug_of(said))]) == 1
    assert len([tag for tag in server.all("/tags") if tag["name"].casefold() == "twice"]) == 1


def test_an_account_for_drafts_leaves_the_yes_to_the_site(server: Site, tmp_path: Path) -> None:
    channel, said = WordPress(account(server.url, "draft"), tmp_path), with_picture(tmp_path, "A draft.")
    sent = channel.send(said)
    assert isinstance(sent, Sent)
    assert sent.differs == ""
    assert sent == channel.send(said) == channel.find(said)
    (told,) = standing(server, said)
    assert (told["status"], public(server, "A draft.")) == ("draft", [])


def left(server: Site, said: Message, tmp_path: Path) -> int:
    """The number of a message's draft, as a send leaves it whose second request has come to nothing."""
    WordPress(account(server.url, "draft"), tmp_path).send(said)
    (told,) = standing(server, said)
    return int(told["id"])


def change(server: Site, id: int, **fields: str) -> None:
    """What a person does to an article."""
    if isinstance(server, Small):
        server.change(id, **fields)
    elif fields.get("status") == "trash":
        server.ask("DELETE", f"/posts/{id}").raise_for_status()
    else:
        server.ask("POST", f"/posts/{id}", json=fields).raise_for_status()


def test_a_draft_that_was_left_is_published_as_it_is(server: Site, tmp_path: Path) -> None:
    said = with_picture(tmp_path, "Left as a draft. #Left")
    id, channel = left(server, said, tmp_path), WordPress(account(server.url), tmp_path)
    assert channel.find(said) is None
    sent = channel.send(said)
    assert isinstance(sent, Sent)
    assert (sent.id, sent.differs) == (str(id), "")
    assert public(server, "Left as a draft.") == [slug_of(said)]


# What a person has done to a draft: what a send says, what a look finds, and whether readers see it.
DONE = [
    ("other words", {"content": "<p>Mine.</p>"}, Refused, type(None)),
    ("another title", {"title": "Mine"}, Refused, type(None)),
    ("thrown away", {"status": "trash"}, Refused, Unsure),
    ("published", {"status": "publish"}, Sent, Sent),
    ("kept private", {"status": "private"}, Sent, Sent),
    ("put up for review", {"status": "pending"}, Sent, Sent),
]


@pytest.mark.parametrize(("fields", "told", "found"), [row[1:] for row in DONE], ids=[row[0] for row in DONE])
def test_what_a_person_has_done_is_left_alone(
    fields: dict[str, str], told: type, found: type, server: Site, tmp_path: Path
) -> None:
    said = message(f"Done by hand: {fields}")
    id, channel = left(server, said, tmp_path), WordPress(account(server.url), tmp_path)
    change(server, id, **fields)
    before = server.articles()
    outcome = channel.send(said)
    assert isinstance(outcome, told), outcome
    assert isinstance(channel.find(said), found)
    assert server.articles() == before
    if isinstance(outcome, Sent):
        status = fields["status"]
        assert outcome.differs == ("" if status == "publish" else f"its status is '{status}'")


def test_an_article_that_was_changed_after_it_went_out_is_not_written_over(server: Site, tmp_path: Path) -> None:
    channel, said = WordPress(account(server.url), tmp_path), message("Changed later.")
    sent = channel.send(said)
    assert isinstance(sent, Sent)
    change(server, int(sent.id), content="<p>Changed later, by hand.</p>")
    assert channel.send(said) == sent == channel.find(said)
    assert [told["content"]["raw"] for told in standing(server, said)] == ["<p>Changed later, by hand.</p>"]


def test_a_draft_that_comes_late_is_seen_by_no_reader(server: Site, tmp_path: Path) -> None:
    """A request to write one, given up as lost, reaches the site after the look of the next try did not see it."""
    channel, said = WordPress(account(server.url), tmp_path), message("Late.")
    sent = channel.send(said)
    late = {"title": title_of(said), "content": content_of(said), "slug": slug_of(said), "status": "draft"}
    if isinstance(server, Small):
        server.write(**late)
    else:
        server.ask("POST", "/posts", user=wordpress.USER, password=server.password, json=late).raise_for_status()
    assert len(standing(server, said)) == 2
    assert channel.find(said) == sent == channel.send(said)
    assert public(server, "Late.") == [slug_of(said)]


def test_a_picture_that_was_not_described_yet_is_described_and_not_sent_again(server: Site, tmp_path: Path) -> None:
    said = with_picture(tmp_path, "Not described.")
    bare = replace(said, wording=replace(said.wording, alt=""))
    left(server, bare, tmp_path)
    assert isinstance(WordPress(account(server.url), tmp_path).send(said), Sent)
    found = [m for m in server.all("/media") if m["slug"].startswith(slug_of(said))]
    assert [m["alt_text"] for m in found] == ["Two hands"]


def test_what_the_site_made_of_it_is_told(small: Small, tmp_path: Path) -> None:
    said = message("Read back.")
    id, channel = left(small, said, tmp_path), WordPress(account(small.url), tmp_path)
    made = small.kept["posts"][id] | {"slug": "x-2", "status": "publish", "excerpt": {"raw": "?"}, "tags": [7]}
    small.says["POST posts/ID"] = [(200, {}, json.dumps(made))]
    assert channel.send(said) == Sent(made["link"], str(id), "its slug is 'x-2'; the site changed: excerpt, tags")


def test_a_picture_that_is_described_otherwise_is_told(small: Small, tmp_path: Path) -> None:
    small.says["POST media"] = [(201, {}, json.dumps({"id": 9, "slug": "x", "alt_text": "Two"}))]
    told = WordPress(account(small.url), tmp_path).send(with_picture(tmp_path, "Described."))
    assert isinstance(told, Sent)
    assert told.differs == "its picture is described as 'Two'"


UNFIT = [
    ("half a sign", Wording("\ud83c"), "halves of signs"),
    ("no picture", Wording("x", media=Media("/nowhere.png", "")), "cannot be read"),
]


@pytest.mark.parametrize(("wording", "why"), [row[1:] for row in UNFIT], ids=[row[0] for row in UNFIT])
def test_what_does_not_fit_is_refused_before_it_is_sent(
    wording: Wording, why: str, small: Small, tmp_path: Path
) -> None:
    told = WordPress(account(small.url), tmp_path).send(message("x", wording=wording))
    assert isinstance(told, Refused)
    assert why in told.why
    assert small.kept["posts"] == small.kept["media"] == {}


# Answers to the request that publishes, none of which has done it.
NOTICE = '<br />\n<b>Warning</b>: Undefined variable $x in <b>/srv/plugin.php</b><br />\n{"id": 3}'
ANSWERS: list[tuple[str, Answer, object]] = [
    ("refused", bad(400, "rest_invalid_param", "no such thing"), Refused("publishing: 400 no such thing")),
    ("signed out", bad(401, "rest_not_logged_in", "no"), SignedOut("publishing: 401 no")),
    ("not allowed", bad(403, "rest_cannot_publish", "no"), SignedOut("publishing: 403 no")),
    ("gone", bad(404, "rest_post_invalid_id", "no"), Refused("publishing: 404 no")),
    ("slow down", (429, {"Retry-After": "7"}, "<html>"), TryLater("publishing: 429", timedelta(seconds=7))),
    ("at work", (503, {"Retry-After": "9"}, "<html>"), TryLater("publishing: 503", timedelta(seconds=9))),
    ("at work behind a cache", (503, {"Retry-After": "9", "Via": "1.1 cache"}, "<html>"), Unsure("publishing: 503")),
    ("broken", (500, {}, '{"code":"internal_server_error","message":"critical"}'), Unsure("publishing: 500 critical")),
    ("broken before it", (502, {}, "<html>"), Unsure("publishing: 502")),
    ("elsewhere", (301, {"Location": "/elsewhere"}, ""), Refused("publishing: 301: it points elsewhere")),
    ("a page", (200, {}, "<html>Just a moment...</html>"), Unsure("the answer makes no sense: it is no JSON")),
    ("a notice of PHP before it", (200, {}, NOTICE), Unsure("the answer makes no sense: it is no JSON")),
    ("half a document", (200, {}, '{"id": 3, "li'), Unsure("the answer makes no sense: it is no JSON")),
    ("no number", (200, {}, '{"link": "x"}'), Unsure("the answer makes no sense: it has no ")),
    ("a list", (200, {}, "[]"), Unsure("the answer makes no sense: it is a list")),
    ("without end", (200, {}, "x" * (http.MOST + 1)), Unsure("the answer is longer than 2000000 bytes")),
    ("cut short", (200, {"Content-Length": "99"}, "{}"), Unsure("no answer: ")),
]


@pytest.mark.parametrize(("says", "outcome"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_an_answer_is_told_as_it_is(says: Answer, outcome: Any, small: Small, tmp_path: Path) -> None:
    small.says["POST posts/ID"] = [says]
    channel, said = WordPress(account(small.url), tmp_path), message("One.")
    told = channel.send(said)
    assert type(told) is type(outcome), told
    assert told.why.startswith(outcome.why)
    assert getattr(told, "after", None) == getattr(outcome, "after", None)
    assert channel.find(said) is None
    assert isinstance(channel.send(said), Sent)
    assert len(standing(small, said)) == 1


# Answers to what is asked before: at most a draft is there.
BEFORE: list[tuple[str, Answer, type]] = [
    ("signed out", (401, {}, "{}"), SignedOut),
    ("too large", (413, {}, "<html>"), Refused),
    ("slow down", (429, {"Retry-After": "7"}, "{}"), TryLater),
    ("at work behind a cache", (503, {"Retry-After": "7", "Via": "1.1 cache"}, "{}"), TryLater),
    ("broken", (500, {}, "{}"), TryLater),
    ("elsewhere", (302, {"Location": "/elsewhere"}, ""), Refused),
    ("a page", (200, {}, "<html>"), TryLater),
    ("a notice of PHP before it", (200, {}, NOTICE), TryLater),
    ("no document that is known", (200, {}, "[1]"), TryLater),
    ("a number", (200, {}, "1"), TryLater),
    ("cut short", (200, {"Content-Length": "99"}, "{}"), TryLater),
]


@pytest.mark.parametrize("request_", ["GET posts", "GET media", "POST media", "POST tags", "POST posts"])
@pytest.mark.parametrize(("says", "outcome"), [row[1:] for row in BEFORE], ids=[row[0] for row in BEFORE])
def test_what_befalls_the_requests_before_lets_nothing_go_out(
    says: Answer, outcome: type, request_: str, small: Small, tmp_path: Path
) -> None:
    small.says[request_] = [says]
    said = with_picture(tmp_path, "With #Tag.")
    told = WordPress(account(small.url), tmp_path).send(said)
    assert isinstance(told, outcome), told
    assert getattr(told, "after", None) == (timedelta(seconds=7) if "Retry-After" in says[1] else None)
    assert public(small, "With ") == [] and small.seen["POST posts/ID"] == 0


LOOKS = [row[:2] for row in ANSWERS if row[0] not in ("no number", "a list")]  # a list would be one of articles


@pytest.mark.parametrize("says", [row[1] for row in LOOKS], ids=[row[0] for row in LOOKS])
def test_a_look_that_fails_says_so(says: Answer, small: Small, tmp_path: Path) -> None:
    channel, said = WordPress(account(small.url), tmp_path), message("One.")
    assert isinstance(channel.send(said), Sent)
    small.says["GET posts"] = [says]
    assert isinstance(channel.find(said), Unsure)
    assert isinstance(channel.find(said), Sent)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from("id slug status link title content raw code data term_id tags alt_text name".split()), inner
        )
    ),
    max_leaves=12,
)
ASKED = ["GET posts", "GET posts/ID", "GET media", "POST media", "POST tags", "POST posts", "POST posts/ID"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.sampled_from(ASKED), st.sampled_from([200, 400]), _JSON)
def test_no_answer_brings_it_down(small: Small, tmp_path: Path, request_: str, status: int, told: Any) -> None:
    small.kept = {"posts": {}, "media": {}, "tags": {}}
    said, channel = with_picture(tmp_path, "With a #Tag."), WordPress(account(small.url), tmp_path)
    small.says = {}
    if request_ == "GET posts/ID":
        left(small, said, tmp_path)
    small.says = {request_: [(status, {}, json.dumps(told))]}
    assert isinstance(channel.send(said), Sent | Refused | SignedOut | TryLater | Unsure)
    small.says = {"GET posts": [(status, {}, json.dumps(told))]}
    assert isinstance(channel.find(said), Sent | Unsure | None)


def test_a_site_that_answers_with_all_its_articles_has_not_got_the_post(small: Small, tmp_path: Path) -> None:
    channel = WordPress(account(small.url), tmp_path)
    channel.send(message("Another."))
    small.says["GET posts"] = [(200, {}, json.dumps(small.articles()))]
    assert channel.find(message("One.")) is None


def test_an_account_without_a_password_or_with_a_wrong_one_is_signed_out(
    server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, said = WordPress(account(server.url), tmp_path), message("Signed out.")
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", "wrong")
    told = channel.send(said)
    assert isinstance(told, SignedOut)
    assert "does not take the application password" in told.why
    assert isinstance(channel.find(said), Unsure)
    monkeypatch.delenv("DAYMARK_MAIN_PASSWORD")
    assert channel.send(said) == SignedOut("main has no application password: daymark account sign-in main")
    assert isinstance(channel.find(said), Unsure)
    assert standing(server, said) == []


def test_no_secret_stands_in_the_words_of_an_outcome(small: Small, tmp_path: Path) -> None:
    channel = WordPress(account(small.url), tmp_path)
    said = f"{PASSWORD} {PASSWORD.replace(' ', '')} aGFyYm91cjphYWFhIGJiYmIgY2NjYyBkZGRk"
    for status in (400, 403, 404, 429, 500, 307):
        for request_ in ("GET posts", "POST posts", "POST posts/ID"):
            small.says = {request_: [bad(status, "x", said)]}
            told = channel.send(message(f"{status} {request_}"))
            assert "*** *** ***" in told.why


def test_an_account_says_that_it_works(server: Site, tmp_path: Path) -> None:
    before = server.articles()
    told = WordPress(account(server.url), tmp_path).test()
    where = f"signed in as harbour on Harbour Light ({server.url}); it may"
    assert told == f"{where} publish articles and upload pictures"
    assert WordPress(account(server.url, "draft"), tmp_path).test() == f"{where} write drafts and upload pictures"
    assert server.articles() == before


INDEX = json.dumps({"name": "x", "namespaces": ["oembed/1.0"], "authentication": []})
# What is answered when an account is tried, and what it says and advises.
TRIED: list[tuple[str, str, Answer, str, str]] = [
    ("no WordPress", "GET ", (404, {}, "<html>"), "answers 404 without the REST API", "check the address"),
    ("the API turned off", "GET ", (403, {}, "{}"), "answers 403 without the REST API", "may have turned the API off"),
    ("a page", "GET ", (200, {}, "<html>"), "answers 200 without the REST API", "check the address"),
    ("another API", "GET ", (200, {}, INDEX), "answers 200 without the REST API", "check the address"),
    ("elsewhere", "GET ", (301, {"Location": "https://www.a.org/?rest_route=/"}, ""), "points elsewhere",
     "the address that it points to: https://www.a.org/"),
    ("broken", "GET ", (500, {}, ""), "the site: 500", "try again later"),
    ("not let in", "GET users", bad(401, "x", "no"), "signing in: 401 no", "sign-in main"),
    ("cut short", "GET users", (200, {}, '{"na'), "the answer makes no sense", "try again later"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "says", "why", "hint"), [row[1:] for row in TRIED], ids=[row[0] for row in TRIED])
def test_an_account_that_does_not_work_says_why(
    request_: str, says: Answer, why: str, hint: str, small: Small, tmp_path: Path
) -> None:
    small.says[request_] = [says]
    with pytest.raises(ChannelError) as told:
        WordPress(account(small.url), tmp_path).test()
    assert why in str(told.value)
    assert hint in told.value.hint


def test_an_account_that_may_not_publish_says_so(small: Small, tmp_path: Path) -> None:
    small.able = {"edit_posts": True}
    with pytest.raises(ChannelError) as told:
        WordPress(account(small.url), tmp_path).test()
    assert "harbour may not publish articles on Harbour Light" in str(told.value)
    drafts = WordPress(account(small.url, "draft"), tmp_path).test()
    assert drafts.endswith("it may write drafts and not upload pictures")


def test_a_site_without_application_passwords_says_so(small: Small, tmp_path: Path) -> None:
    small.authentication, small.password = [], "another"
    with pytest.raises(ChannelError) as told:
        WordPress(account(small.url), tmp_path).test()
    assert "takes no application passwords" in str(told.value)


def test_a_site_that_is_away_has_not_got_the_post(small: Small, tmp_path: Path) -> None:
    away = WordPress(account(f"http://127.0.0.1:{free_port()}"), tmp_path)
    assert isinstance(away.send(message("One.")), TryLater)
    assert isinstance(away.find(message("One.")), Unsure)
    with pytest.raises(ChannelError):
        away.test()


@pytest.mark.parametrize("fault", SAID)
def test_what_befalls_a_request_is_told_as_it_is(
    fault: str, server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(SAID) == {"", *FAULTS}
    monkeypatch.setattr(http, "STEP", patience(server))
    faults = Faults(server.port, lambda line: fault if line.startswith("POST") and PUBLISHING in line else "")
    channel, said = WordPress(account(faults.url), tmp_path), message(f"With {fault or 'nothing'}.")
    told = channel.send(said)
    assert isinstance(told, SAID[fault][0]), told
    assert isinstance(channel.find(said), SAID[fault][1])
    faults.fault = lambda _: ""
    assert isinstance(channel.send(said), Sent)
    assert public(server, said.wording.text) == [slug_of(said)]
    assert len(standing(server, said)) == 1
    faults.close()


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
@pytest.mark.parametrize("request_", [WRITING, UPLOADING, TAGGING])
def test_what_befalls_the_requests_before_leaves_nothing_twice(
    request_: str, fault: str, server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", patience(server))
    faults = Faults(server.port, lambda line: fault if line.startswith("POST") and request_ in line else "")
    channel, said = (
        WordPress(account(faults.url), tmp_path),
        with_picture(tmp_path, f"{fault}. {request_} #A{hash(fault)}"),
    )
    told = channel.send(said)
    assert isinstance(told, TryLater), told
    assert channel.find(said) is None
    faults.fault = lambda _: ""
    assert isinstance(channel.send(said), Sent)
    faults.close()
    assert len(standing(server, said)) == 1
    assert len([m for m in server.all("/media") if m["slug"].startswith(slug_of(said))]) == 1


def through(server: Site, fault: str, number: int, home: Path) -> tuple[list[DeliveryState], list[int], int]:
    """Sends posts with a fault at one in three of the requests that write or publish, as a digest chooses.

    How they stand at the end, how often readers see each, and how many articles there are.
    """
    hit = count()

    def fails(line: str) -> str:
        is_one = line.startswith("POST") and (WRITING in line or PUBLISHING in line)
        return fault if is_one and sha256(f"{next(hit)}".encode()).digest()[0] % 3 == 0 else ""

    faults = Faults(server.port, fails)
    texts = [f"{home.name}: {n}, {fault}." for n in range(number)]
    queued(home, account(faults.url), [Wording(text) for text in texts], NOW)
    states = [d.state for d in rounds(home, account(faults.url), NOW)]
    faults.close()
    assert not fault or faults.seen[fault] >= number / 2
    articles = [told for told in server.articles() if f"{home.name}: " in told["content"]["raw"]]
    return states, [len(public(server, text)) for text in texts], len(articles)


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
def test_whatever_befalls_it_a_post_is_out_once(
    fault: str, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", patience(small))
    assert through(small, fault, 4, tmp_path) == (["sent"] * 4, [1] * 4, 4)


@pytest.mark.slow
@pytest.mark.parametrize("case", contract.cases("wordpress"), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(
    case: tuple[str, str], real: wordpress.Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault falls on the request that publishes."""
    monkeypatch.setattr(http, "STEP", 2.0 if case[1] == "no answer for long" else patience(real))
    faults = Faults(real.port)

    def set_fault(fault: Callable[[], str]) -> None:
        faults.fault = lambda line: fault() if line.startswith("POST") and PUBLISHING in line else ""

    def out(texts: list[str]) -> list[int]:
        said = [told["content"]["raw"] for told in real.articles() if told["status"] == "publish"]
        return [sum(text in one for one in said) for text in texts]

    contract.run(case, account(faults.url), set_fault, out, tmp_path / f"ws-{len(case[1])}", NOW)
    faults.close()


def test_an_account_whose_password_is_no_longer_taken_keeps_its_posts(small: Small, tmp_path: Path) -> None:
    small.password = "another"
    assert through(small, "", 2, tmp_path) == (["waiting"] * 2, [0] * 2, 0)


@pytest.mark.slow
def test_the_page_that_readers_see_has_the_words_the_language_and_the_picture_described(
    real: wordpress.Site, tmp_path: Path
) -> None:
    said = with_picture(tmp_path, "اليوم: https://un.org/ar\n\n#حقوق", language="ar", title="يوم: day")
    sent = WordPress(account(real.url), tmp_path).send(said)
    assert isinstance(sent, Sent)
    page = httpx.get(sent.place, follow_redirects=True, timeout=60, trust_env=False).text
    assert '<div lang="ar" dir="rtl">' in page
    assert '<a href="https://un.org/ar">https://un.org/ar</a>' in page
    assert 'alt="Two hands"' in page
    assert "<h1" in page and "يوم" in page
    (media,) = [m for m in real.all("/media") if m["slug"] == f"{slug_of(said)}-picture"]
    assert httpx.get(media["source_url"], trust_env=False).content == picture("PNG")  # without the place


@pytest.mark.slow
def test_what_a_plug_in_of_the_site_does_is_told(real: wordpress.Site, tmp_path: Path) -> None:
    changes = "add_filter('wp_insert_post_data', function($d) { $d['post_content'] .= '!'; return $d; });"
    real.plug_in("changes", changes)
    try:
        told = WordPress(account(real.url), tmp_path).send(message("Changed by a plug-in."))
    finally:
        real.plug_in("changes", "")
    assert isinstance(told, Sent)
    assert told.differs == "the site changed: content"


@pytest.mark.slow
def test_a_notice_of_php_before_an_answer_leaves_it_open_and_the_next_try_finds_it(
    real: wordpress.Site, tmp_path: Path
) -> None:
    channel, said = WordPress(account(real.url), tmp_path), message("With a notice.")
    left(real, said, tmp_path)
    real.plug_in("notices", "if ($_SERVER['REQUEST_METHOD'] === 'POST') echo '<b>Notice</b>: x';")
    try:
        assert isinstance(channel.send(said), Unsure)
    finally:
        real.plug_in("notices", "")
    assert isinstance(channel.find(said), Sent)
    assert public(real, "With a notice.") == [slug_of(said)]


@pytest.mark.slow
def test_an_administrator_s_words_stay_text_too(
    real: wordpress.Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WordPress filters nothing that an administrator writes."""
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", real.admins)
    channel = WordPress(account(real.url, handle=wordpress.ADMIN), tmp_path)
    for _, text in TEXTS:
        said = message(text, key=sha256(f"admin {text}".encode()).hexdigest())
        sent = channel.send(said)
        assert isinstance(sent, Sent)
        assert sent.differs == ""
        page = httpx.get(sent.place, follow_redirects=True, timeout=60, trust_env=False).text
        assert "<script>alert" not in page and "onerror=y>" not in page


@pytest.mark.slow
def test_a_contributor_may_write_drafts_alone(
    real: wordpress.Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"username": "helper", "email": "x@example.org", "password": "helper-pass", "roles": "contributor"}
    id = real.ask("POST", "/users", json=asked).raise_for_status().json()["id"]
    made = real.ask("POST", f"/users/{id}/application-passwords", json={"name": "daymark"}).raise_for_status().json()
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", made["password"])
    with pytest.raises(ChannelError) as told:
        WordPress(account(real.url, handle="helper"), tmp_path).test()
    assert "helper may not publish articles" in str(told.value)
    drafts, said = WordPress(account(real.url, "draft", handle="helper"), tmp_path), message("By a helper.")
    assert drafts.test().endswith("it may write drafts and not upload pictures")
    assert isinstance(drafts.send(said), Sent)
    assert isinstance(WordPress(account(real.url, handle="helper"), tmp_path).send(said), SignedOut)
    assert public(real, "By a helper.") == []
