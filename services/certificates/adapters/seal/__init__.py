"""The process that alone reaches the service's private keys: digests come in, signatures go out."""

from libs.chassis.key_files import KeyUnusable
from services.certificates.adapters.seal.files import load_key, sign_digest
from services.certificates.adapters.seal.keys import key_id_of
from services.certificates.adapters.seal.stores import FileStore, KeyStore, KmsStore, TokenStore

__all__ = [
    "FileStore",
    "KeyStore",
    "KeyUnusable",
    "KmsStore",
    "TokenStore",
    "key_id_of",
    "load_key",
    "sign_digest",
]
