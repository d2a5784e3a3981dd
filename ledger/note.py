"""C2SP signed-note, tlog-checkpoint and tlog-cosignature: the one format of heads that strangers read.

A note is text that ends in a newline, an empty line, and signature lines `— NAME BASE64(id || sig)`.
Everything is parsed strictly: what would not be written again byte for byte is refused. Nothing
here reads a clock, a file or a network.
Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ED25519 = 1
COSIGNATURE = 4
ID_SIZE = 4
TIME_SIZE = 8
KEY_SIZE = 32
SPACE = " "
DASH = "\N{EM DASH}"
LAST_TIME = 2**63 - 1
CHECKPOINT = re.compile("([^\n]+)\n([0-9]{1,19})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """A name and a public key, written `NAME+ID+BASE64(algorithm || key)` and given out of band."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that pick the key of a signature line; not a proof of anything."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(named).digest()[:ID_SIZE]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey; raises DomainError("vkey-malformed")."""
        name, _, encoded = text.partition("+")
        blob = _unbase64(encoded.partition("+")[2])
        if blob and len(blob) == 1 + KEY_SIZE and blob[0] in {ED25519, COSIGNATURE}:
            key = cls(name=name, algorithm=blob[0], public=blob[1:])
            if _is_name(name) and str(key) == text:
                return key
        raise DomainError("vkey-malformed", f"验证公钥格式不符 / not a verifier key: {text!r}")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature line: who claims to have signed, with which key, and the algorithm's bytes."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"{DASH} {self.name} {base64.b64encode(self.key_id + self.blob).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read one line without its newline; raises DomainError("note-malformed")."""
        dash, name, encoded = [*line.split(SPACE), "", ""][:3]
        blob = _unbase64(encoded)
        if dash == DASH and _is_name(name) and blob and len(blob) > ID_SIZE:
            signature = cls(name=name, key_id=blob[:ID_SIZE], blob=blob[ID_SIZE:])
            if str(signature) == line + "\n":
                return signature
        raise _malformed(f"签名行 / signature line {line!r}")


@dataclass(frozen=True, kw_only=True)
class Note:
    """A text and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """Put more lines under the note, each once."""
        return replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *more))))

    @classmethod
    def parse(cls, note: str) -> Note:
        """Read a signed note; raises DomainError("note-malformed"). Nothing is verified yet."""
        body, blank, signed = note.rpartition("\n\n")
        if not blank or not signed.endswith("\n"):
            raise _malformed("没有签名部分 / no signatures")
        _check_text(body + "\n")
        lines = signed[:-1].split("\n")
        return cls(text=body + "\n", signatures=tuple(map(Signature.parse, lines)))


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a signed head says: this log, so many leaves, this RFC 6962 root.

    `extensions` are the lines that some logs add; ours has none, and nothing is read in them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note; raises DomainError("checkpoint-malformed")."""
        found = CHECKPOINT.fullmatch(text)
        if found:
            checkpoint = cls(
                origin=found[1],
                size=int(found[2]),
                root=base64.b64decode(found[3]),
                extensions=tuple(found[4].split("\n")[:-1]),
            )
            if str(checkpoint) == text:
                return checkpoint
        raise DomainError("checkpoint-malformed", f"检查点格式不符 / malformed: {text!r}")


def log_key(origin: str, public: bytes) -> VerifierKey:
    """Give the vkey of the log named `origin`; raises DomainError("origin-malformed")."""
    if not _is_name(origin):
        raise DomainError("origin-malformed", f"不能含空格或加号 / no space, no plus: {origin!r}")
    return VerifierKey(name=origin, algorithm=ED25519, public=public)


def witness_key(name: str, public: bytes) -> VerifierKey:
    """Give the vkey of a witness (C2SP tlog-cosignature, Ed25519); raises DomainError("origin-malformed")."""
    return replace(log_key(name, public), algorithm=COSIGNATURE)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Signature:
    """Sign the text of a note, which must end in a newline."""
    _check_text(text)
    verifier = log_key(name, key.public_key().public_bytes_raw())
    return Signature(name=name, key_id=verifier.id, blob=key.sign(text.encode()))


def cosigned_bytes(text: str, time: int) -> bytes:
    """Give what a witness signs: a header, its time, and the checkpoint."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(text: str, name: str, key: Ed25519PrivateKey, time: int) -> Signature:
    """Sign the text of a checkpoint as the witness `name` at this POSIX time in seconds."""
    verifier = witness_key(name, key.public_key().public_bytes_raw())
    blob = time.to_bytes(TIME_SIZE, "big") + key.sign(cosigned_bytes(text, time))
    return Signature(name=name, key_id=verifier.id, blob=blob)


def cosigned_at(line: Signature) -> int:
    """Give the POSIX time in seconds that stands in a cosignature."""
    return int.from_bytes(line.blob[:TIME_SIZE], "big")


def verify(note: Note, key: VerifierKey) -> Signature:
    """Find the signature of `key` and check it.

    Raises DomainError: "note-not-signed" where there is none, "note-signature-invalid" where one
    is wrong. Lines of other keys say nothing and are passed over, as the specification demands.
    """
    mine = [each for each in note.signatures if (each.name, each.key_id) == (key.name, key.id)]
    if not mine:
        raise DomainError("note-not-signed", f"没有 {key.name} 的签名 / not signed by it")
    for signature in mine:
        _check_signature(note.text, signature, key)
    return mine[0]


def _check_signature(text: str, signature: Signature, key: VerifierKey) -> None:
    message, blob = text.encode(), signature.blob
    if key.algorithm == COSIGNATURE:
        time, blob = cosigned_at(signature), blob[TIME_SIZE:]
        message = cosigned_bytes(text, time)
        # "It MUST NOT exceed 2^63 - 1", and a witness "MUST NOT omit the timestamp".
        if not 0 < time <= LAST_TIME:
            raise DomainError("note-signature-invalid", f"{key.name}: 时间无效 / invalid time")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(blob, message)
    except (InvalidSignature, ValueError):
        raise DomainError("note-signature-invalid", f"{key.name} 的签名无效 / invalid") from None


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Give the signed note that the log publishes."""
    text = str(checkpoint)
    return str(Note(text=text, signatures=(sign(text, checkpoint.origin, key),)))


def open_checkpoint(
    note: str,
    key: VerifierKey,
    cosigners: Sequence[VerifierKey] = (),
    origin: str | None = None,
) -> Checkpoint:
    """Read a published checkpoint of the log whose key is `key`, signed by it and all `cosigners`.

    The log is called as its key is, unless `origin` says otherwise. Raises DomainError:
    "note-malformed", "note-not-signed", "note-signature-invalid", "checkpoint-malformed".
    """
    parsed = Note.parse(note)
    for each in (key, *cosigners):
        verify(parsed, each)
    checkpoint = Checkpoint.parse(parsed.text)
    expected = key.name if origin is None else origin
    if checkpoint.origin != expected:
        raise DomainError("checkpoint-malformed", f"{checkpoint.origin} ≠ {expected}")
    return checkpoint


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() for each in name)


def _check_text(text: str) -> None:
    """Text is UTF-8 and has no ASCII control characters except newlines."""
    control = any(each < SPACE and each != "\n" for each in text)
    surrogate = any("\ud800" <= each <= "\udfff" for each in text)
    if control or surrogate or not text.endswith("\n"):
        raise _malformed("正文含控制字符或缺少结尾换行 / a control character, or no final newline")


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _malformed(detail: str) -> DomainError:
    return DomainError("note-malformed", f"签名文书格式不符 / malformed note: {detail}")
