"""Signing keys of a content repository: Ed25519 by PyNaCl, kept in small files, locked with a passphrase if one is set.

python-tuf signs and verifies through ``securesystemslib``, which wants another large library for Ed25519 (without it it
cannot sign, and verifies in slow Python). The few lines here give it PyNaCl, which is here anyway for sealing.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from nacl import pwhash, utils
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, Key, SecretsHandler, Signature, Signer, SSlibKey

from offline_cache.files import Files, read_if_there, replace_file

_SCHEME = "ed25519"


class SigningKeyError(Exception):
    """A signing key cannot be used. The text says what to do."""


class KeyFile(msgspec.Struct, frozen=True, kw_only=True):
    """NAME.key: the seed, plain or in a box whose key comes from a passphrase (Argon2id with ``salt``)."""

    public: str
    seed: bytes
    salt: bytes = b""


class SodiumKey(SSlibKey):
    """An Ed25519 public key, verified by libsodium."""

    def verify_signature(self, signature: Signature, data: bytes) -> None:
        try:
            VerifyKey(bytes.fromhex(self.keyval["public"])).verify(data, bytes.fromhex(signature.signature))
        except (BadSignatureError, ValueError, TypeError) as error:
            raise UnverifiedSignatureError(f"the signature of key {self.keyid[:16]} is wrong") from error


KEY_FOR_TYPE_AND_SCHEME[(_SCHEME, _SCHEME)] = SodiumKey


class SeedSigner(Signer):
    """Signs with an Ed25519 seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)
        public = bytes(self._key.verify_key).hex()
        # python-tuf asks for ids that differ; the public key itself is the simplest such id.
        self._public = SodiumKey(public, _SCHEME, _SCHEME, {"public": public})

    @staticmethod
    def make() -> SeedSigner:
        return SeedSigner(utils.random(32))

    @property
    def public_key(self) -> Key:
        return self._public

    @property
    def seed(self) -> bytes:
        return bytes(self._key)

    def sign(self, payload: bytes) -> Signature:
        return Signature(self._public.keyid, self._key.sign(payload).signature.hex())

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> Signer:
        # securesystemslib asks every signer for it; ours are never named by an address
        raise NotImplementedError("keys are opened with offline_cache.sync.signing.KeyFolder")


class KeyFolder:
    """Key files of one keeper: the offline stick in the safe, the online folder of the central service."""

    def __init__(self, files: Files, folder: Path, passphrase: str = "") -> None:
        self._files, self._folder, self._passphrase = files, folder, passphrase

    def path(self, name: str) -> Path:
        return self._folder / f"{name}.key"

    def has(self, name: str) -> bool:
        return self._files.size(self.path(name)) is not None

    def make(self, name: str) -> SeedSigner:
        """A new key, on the disk when this returns. Raises ``SigningKeyError`` rather than overwrite one."""
        if self.has(name):
            raise SigningKeyError(f"{self.path(name)} exists; a key is never overwritten")
        signer = SeedSigner.make()
        self._files.make_folder(self._folder)
        replace_file(self._files, self.path(name), msgspec.json.encode(self._locked(signer)))
        return signer

    def open(self, name: str) -> SeedSigner:
        """Raises ``SigningKeyError``: no such key, damaged, or a wrong passphrase."""
        data = read_if_there(self._files, self.path(name))
        if data is None:
            raise SigningKeyError(f"there is no key {self.path(name)}; put the medium with the keys in")
        try:
            kept = msgspec.json.decode(data, type=KeyFile)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SigningKeyError(f"{self.path(name)} is damaged; use its copy") from error
        signer = SeedSigner(self._unlocked(kept))
        if signer.public_key.keyid != kept.public:
            raise SigningKeyError(f"{self.path(name)} is damaged; use its copy")
        return signer

    def _locked(self, signer: SeedSigner) -> KeyFile:
        if not self._passphrase:
            return KeyFile(public=signer.public_key.keyid, seed=signer.seed)
        salt = utils.random(pwhash.argon2id.SALTBYTES)
        box = bytes(SecretBox(self._stretched(salt)).encrypt(signer.seed))
        return KeyFile(public=signer.public_key.keyid, seed=box, salt=salt)

    def _unlocked(self, kept: KeyFile) -> bytes:
        if not kept.salt:
            return kept.seed
        try:
            return bytes(SecretBox(self._stretched(kept.salt)).decrypt(kept.seed))
        except CryptoError as error:
            raise SigningKeyError("the passphrase of the key is wrong") from error

    def _stretched(self, salt: bytes) -> bytes:
        return bytes(
            pwhash.argon2id.kdf(
                SecretBox.KEY_SIZE,
                self._passphrase.encode(),
                salt,
                opslimit=pwhash.argon2id.OPSLIMIT_MODERATE,
                memlimit=pwhash.argon2id.MEMLIMIT_MODERATE,
            )
        )
