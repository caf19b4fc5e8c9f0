"""RFC 6962 proofs against the vectors of another implementation."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.store.merkle import EMPTY_ROOT, InvalidProof, verify_consistency, verify_inclusion

VECTORS = Path(__file__).parent / "vectors"


def cases(name: str) -> list[Any]:
    lines = (VECTORS / name).read_text().splitlines()
    return [pytest.param(case, id=case["name"]) for case in map(json.loads, lines)]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.parametrize("case", cases("inclusion.jsonl"))
def test_an_inclusion_proof_gets_its_verdict(case: dict[str, Any]) -> None:
    def verify() -> None:
        proof = [raw(item) for item in case["proof"] or []]
        verify_inclusion(case["leafIdx"], case["treeSize"], raw(case["leafHash"]), proof, raw(case["root"]))

    if case["wantErr"]:
        with pytest.raises(InvalidProof):
            verify()
    else:
        verify()


@pytest.mark.parametrize("case", cases("consistency.jsonl"))
def test_a_consistency_proof_gets_its_verdict(case: dict[str, Any]) -> None:
    def verify() -> None:
        proof = [raw(item) for item in case["proof"] or []]
        verify_consistency(case["size1"], case["size2"], raw(case["root1"]), raw(case["root2"]), proof)

    if case["wantErr"]:
        with pytest.raises(InvalidProof):
            verify()
    else:
        verify()


def test_an_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
