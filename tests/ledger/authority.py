"""A time-stamping authority of our own: certificates made here, tokens by `openssl ts`, over HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.x509 import Certificate

CONFIGURATION = """
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/chain.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha3-256
accuracy = secs:1
"""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AWAY = datetime(2060, 1, 1, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey
Answer = Callable[[bytes], tuple[int, bytes]]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str,
    key: Key,
    issuer: tuple[str, Key],
    until: datetime,
    *extensions: tuple[object, bool],
) -> Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer[0]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(LONG_AGO)
        .not_valid_after(until)
    )
    for extension, critical in extensions:
        assert isinstance(extension, x509.ExtensionType)
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer[1], SHA256())


@dataclass
class Authority:
    """One with a root and an issuing authority of its own.

    Its certificate ends at `until`; `answer` may spoil what goes out, `asked` is what came in.
    """

    folder: Path
    until: datetime = FAR_AWAY
    answer: Answer = field(default=lambda token: (200, token))
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make keys and certificates."""
        self.folder.mkdir()
        root, issuing, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        authority = (x509.BasicConstraints(ca=True, path_length=None), True)
        usage = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        above, between = ("Example Root", root), ("Example Issuing", issuing)
        self._write("root.pem", _certificate(above[0], root, above, FAR_AWAY, authority))
        self._write("chain.pem", _certificate(between[0], issuing, above, FAR_AWAY, authority))
        self._write("tsa.pem", _certificate("Example TSA", own, between, self.until, usage))
        secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "tsa.key").write_bytes(secret)
        (self.folder / "tsa.conf").write_text(CONFIGURATION.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")

    @property
    def root(self) -> Path:
        """The certificate that an auditor trusts."""
        return self.folder / "root.pem"

    def stamp(self, query: bytes) -> bytes:
        """Answer a TimeStampReq."""
        (self.folder / "query").write_bytes(query)
        settings = ["-config", self.folder / "tsa.conf", "-section", "own"]
        files = ["-queryfile", self.folder / "query", "-out", self.folder / "reply"]
        command = ["openssl", "ts", "-reply", *map(str, settings), *map(str, files)]
        subprocess.run(command, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer over HTTP; give the address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked.append(query)
                status, body = authority.answer(authority.stamp(query))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()
            thread.join()

    def _write(self, name: str, certificate: Certificate) -> None:
        (self.folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
