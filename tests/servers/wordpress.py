"""WordPress, the real one, on MariaDB and PHP: unpacked from Debian, run on loopback with folders of its own.

Nothing is installed and no service of the system is touched. MariaDB listens on a socket in the folder alone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from servers import debian, fetching, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, ADMIN, ADMINS = "harbour", "admin", "admin-pass"
_PHP = ["mysql", "gd", "xml", "mbstring", "curl"]
# In the order in which they need each other.
_EXTENSIONS = "mysqlnd mysqli ctype curl dom exif fileinfo gd iconv mbstring posix simplexml tokenizer xml".split()
_PHP_INI = """extension_dir = {root}/usr/lib/php/20220829
{extensions}
zend_extension = opcache
upload_max_filesize = 16M
post_max_size = 20M
memory_limit = 256M
sendmail_path = /bin/true
"""
_CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('WP_ENVIRONMENT_TYPE', 'local');  // application passwords without https
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {{
    define("{{$name}}_KEY", hash('sha256', "$name key")); define("{{$name}}_SALT", hash('sha256', "$name salt"));
}}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# PHP's own server serves what is there; all else is the business of index.php.
_ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH); $file = $_SERVER['DOCUMENT_ROOT'] . $path;
if ($path !== '/' && is_file($file)) return false;
$index = $path !== '/' && is_file("$file/index.php") ? "$file/index.php" : $_SERVER['DOCUMENT_ROOT'] . '/index.php';
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = substr($index, strlen($_SERVER['DOCUMENT_ROOT']));
chdir(dirname($index)); require $index;
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running site with an author on it, and the application passwords of the author and of the administrator."""

    port: int
    folder: Path
    password: str
    admins: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, route: str, *, user: str = ADMIN, password: str = "", **words: Any) -> httpx.Response:
        """A request of the API as somebody, by default the administrator."""
        params = {"rest_route": f"/wp/v2{route}", **words.pop("params", {})}
        auth = (user, password or self.admins)
        return httpx.request(method, f"{self.url}/", params=params, auth=auth, timeout=60, trust_env=False, **words)

    def all(self, route: str, **asked: str) -> list[dict[str, Any]]:
        """All of a kind, as an editor sees them, oldest first."""
        found: list[dict[str, Any]] = []
        params = {"context": "edit", "per_page": "100", "orderby": "id", "order": "asc", **asked}
        while page := self.ask("GET", route, params=params | {"offset": str(len(found))}).raise_for_status().json():
            found += page
        return found

    def articles(self) -> list[dict[str, Any]]:
        """All articles but those in the bin."""
        return [told for told in self.all("/posts", status="any") if told["slug"] != "hello-world"]

    def plug_in(self, name: str, code: str) -> None:
        """Puts a plug-in there that needs no yes; without code it goes. PHP reads it at the next request."""
        place = self.folder / "site" / "wp-content" / "mu-plugins" / f"{name}.php"
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"<?php {code}")
        if not code:
            place.unlink()


def _root() -> Path:
    """Where it is unpacked. Raises AssertionError, in one line, if it cannot be had."""
    with fetching("wordpress") as place:
        if not (place / "root" / "usr" / "share" / "wordpress" / "wp-load.php").exists():
            packages = ["php8.2-cli", *(f"php8.2-{name}" for name in _PHP), "mariadb-server-core"]
            debian.unpack(
                "WordPress", place, "bookworm", packages, alone=["wordpress", "wordpress-theme-twentytwentythree"]
            )
        return place / "root"


@contextmanager
def running(folder: Path, port: int) -> Iterator[Site]:
    """A new site on a port."""
    root, url = _root(), f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="wp-") as near:  # the path of a socket has at most 107 signs
        socket = Path(near) / "db"
        _lay_out(root, folder, url, socket)
        with _mariadb(root, folder, socket), _php(root, folder, port):
            yield Site(port, folder, *_set_up(url))


def _lay_out(root: Path, folder: Path, url: str, socket: Path) -> None:
    site = folder / "site"
    shutil.copytree(root / "usr/share/wordpress", site, symlinks=True)
    (site / "wp-content" / "uploads").mkdir()
    (site / "wp-config.php").unlink()
    (site / "wp-config.php").write_text(_CONFIG.format(url=url, socket=socket))
    (folder / "router.php").write_text(_ROUTER)
    extensions = "\n".join(f"extension = {name}" for name in _EXTENSIONS)
    (folder / "php.ini").write_text(_PHP_INI.format(root=root, extensions=extensions))


@contextmanager
def _mariadb(root: Path, folder: Path, socket: Path) -> Iterator[None]:
    data, share = folder / "db", root / "usr/share/mysql"
    (data / "mysql").mkdir(parents=True)
    words = [*debian.words(root, "usr/sbin/mariadbd"), "--no-defaults", f"--datadir={data}", f"--basedir={root}/usr"]
    words += [f"--lc-messages-dir={share}", "--skip-grant-tables", "--skip-log-bin", "--innodb-buffer-pool-size=64M"]
    words += ["--user=root"] if os.geteuid() == 0 else []
    tables = "use mysql;\n" + "".join(
        (share / f"mysql_{name}_tables.sql").read_text() for name in ("system", "performance")
    )
    made = subprocess.run([*words, "--bootstrap"], input=tables, text=True, capture_output=True, check=False)
    assert made.returncode == 0, f"MariaDB cannot be set up: {made.stderr.strip().splitlines()[-1:]}"
    (folder / "first.sql").write_text("CREATE DATABASE IF NOT EXISTS wp CHARACTER SET utf8mb4;\n")
    # What it keeps need not outlive the machine.
    words += [f"--socket={socket}", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
    process = subprocess.Popen([*words, f"--init-file={folder}/first.sql"], stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        lines = list(takewhile(lambda line: "ready for connections" not in line, process.stderr))
        assert process.poll() is None, f"MariaDB ended before it was ready: {lines[-1:]}"
        rest = threading.Thread(target=lambda stream=process.stderr: [*stream], daemon=True)  # nobody else empties it
        rest.start()
        yield
    finally:
        process.terminate()
        process.wait()
    rest.join()
    process.stderr.close()


@contextmanager
def _php(root: Path, folder: Path, port: int) -> Iterator[None]:
    words = [*debian.words(root, "usr/bin/php8.2"), "-c", str(folder / "php.ini"), "-S", f"127.0.0.1:{port}"]
    quiet = os.environ | {"PHP_CLI_SERVER_WORKERS": "3", "PHP_INI_SCAN_DIR": ""}
    with (folder / "php.log").open("wb") as log:
        process = subprocess.Popen(
            [*words, "-t", str(folder / "site"), str(folder / "router.php")],
            env=quiet, stdout=log, stderr=log, cwd=folder, start_new_session=True,
        )  # fmt: skip
        try:
            wait_for(port, process, "/readme.html")
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # it and its workers
            process.wait()


def _set_up(url: str) -> tuple[str, str]:
    """Installs the site by its own page, and makes the author; the two application passwords."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False, follow_redirects=True) as client:
        said = {
            "weblog_title": "Harbour Light",
            "user_name": ADMIN,
            "admin_password": ADMINS,
            "admin_password2": ADMINS,
        }
        said |= {"pw_weak": "1", "admin_email": "a@example.org", "blog_public": "0", "language": ""}
        page = client.post("/wp-admin/install.php", params={"step": "2"}, data=said).text
        assert "Success" in page, f"WordPress cannot be set up: {re.sub('<[^>]+>', ' ', page).split()[:40]}"
        client.get("/wp-login.php")
        client.post("/wp-login.php", data={"log": ADMIN, "pwd": ADMINS, "testcookie": "1"})
        nonce = client.get("/wp-admin/admin-ajax.php", params={"action": "rest-nonce"}).text

        def post(route: str, **fields: str) -> Any:
            asked = {"rest_route": f"/wp/v2/users{route}"}
            answer = client.post("/", params=asked, json=fields, headers={"X-WP-Nonce": nonce})
            return answer.raise_for_status().json()

        author = post("", username=USER, email="h@example.org", password="harbour-pass", roles="author")["id"]
        return tuple(post(f"/{id}/application-passwords", name="daymark")["password"] for id in (author, "me"))
