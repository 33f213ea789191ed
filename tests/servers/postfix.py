"""Postfix, the real server for mail: installed by apt if it is missing, run on loopback with folders of its own.

It takes mail for example.test into one Maildir and sends nothing anywhere. Its master wants to be started by root.
"""

from __future__ import annotations

import grp
import os
import pwd
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from servers import install

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0  # seconds for a line of its log
SETTINGS = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.test
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
default_transport = error:5.7.1 nothing is sent out from here
relay_transport = error:5.7.1 nothing is sent out from here
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/etc/before, permit_mynetworks, reject
smtpd_end_of_data_restrictions = check_recipient_access regexp:{folder}/etc/after
smtpd_tls_security_level = may
smtpd_tls_chain_files = {chain}
message_size_limit = 1000000
maillog_file = /dev/stdout
alias_maps =
alias_database =
"""
SERVICES = """127.0.0.1:{port} inet n - n - - smtpd
127.0.0.2:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
# What it says to a recipient, before it has the letter and when it has it whole.
BEFORE = "/^no-such@/ 550 5.1.1 there is nobody of that name\n/^later@/ 451 4.7.1 try again later\n"
AFTER = "/^refused@/ 554 5.7.1 not these words\n/^busy@/ 451 4.3.0 the disk is full\n"


@dataclass
class Postfix:
    """A running server, on 127.0.0.1 and 127.0.0.2 at the same port."""

    port: int
    folder: Path
    lines: queue.Queue[str] = field(default_factory=queue.Queue)

    def wait_for(self, words: str) -> str:
        """The next line of its log with these words. Raises AssertionError if none comes."""
        seen = []
        while words not in (line := self._line(words, seen)):
            seen.append(line)
        return line

    def _line(self, words: str, seen: list[str]) -> str:
        try:
            return self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"Postfix did not say '{words}', but {seen[-5:]}") from None

    def inbox(self) -> list[bytes]:
        """The letters that it has delivered, as they lie in the Maildir, oldest first."""
        found = sorted((self.folder / "mail" / "inbox" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes() for path in found]

    def read(self, stream) -> None:
        for line in stream:
            self.lines.put(line)


def _installed() -> None:
    """Installs it if it is missing. Raises AssertionError, in one line, if that cannot be done."""
    assert os.geteuid() == 0, "Postfix cannot be run here: only root may start it"
    if shutil.which("postfix"):
        return
    assert shutil.which("apt-get"), "Postfix cannot be installed: it is not here, and there is no apt-get"
    # Without a configuration of the system, nothing starts by itself when it is installed.
    choice = "postfix postfix/main_mailer_type select No configuration\n"
    subprocess.run(["debconf-set-selections"], input=choice, text=True, check=False, capture_output=True)
    install("Postfix", "postfix")


def _port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


def _prepare(folder: Path, port: int, chain: Path) -> None:
    folder.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    nobody, postfix = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
    group = grp.getgrnam("nogroup").gr_gid
    os.chown(folder / "data", postfix.pw_uid, -1)
    os.chown(folder / "mail", nobody.pw_uid, group)
    words = {"folder": folder, "uid": nobody.pw_uid, "gid": group, "chain": chain}
    files = {"main.cf": SETTINGS.format(**words), "master.cf": SERVICES.format(port=port)}
    for name, text in (files | {"before": BEFORE, "after": AFTER}).items():
        (folder / "etc" / name).write_text(text)


@contextmanager
def postfix(chain: Path) -> Iterator[Postfix]:
    """A server with the key and the certificate in one file. Raises AssertionError, in one line, if there is none."""
    _installed()
    with tempfile.TemporaryDirectory(prefix="postfix-") as place:  # its users may not look into pytest's own folders
        made = Postfix(_port(), Path(place))
        _prepare(made.folder, made.port, chain)
        command = ["postfix", "-c", str(made.folder / "etc"), "start-fg"]
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "stdin": subprocess.DEVNULL}
        with subprocess.Popen(command, **how) as running:
            reader = threading.Thread(target=made.read, args=(running.stdout,))
            reader.start()
            try:
                made.wait_for("daemon started")
                yield made
            finally:
                subprocess.run([*command[:3], "stop"], check=False, capture_output=True)  # its master is a grandchild
                running.wait()
                reader.join()
