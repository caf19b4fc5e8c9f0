"""The recorder against the library's own published test case."""

from __future__ import annotations

from eventsourcing.dcb.tests import DCBRecorderTestCase

from ledger.store.database import Database
from ledger.store.recorder import SealedRecorder


class Case(DCBRecorderTestCase):
    __test__ = False


def test_appends_and_reads_as_the_library_says(database: Database) -> None:
    recorder = SealedRecorder(database)
    Case()._test_append_read(recorder)
    recorder.close()


def test_subscribes_as_the_library_says(database: Database) -> None:
    recorder = SealedRecorder(database)
    Case()._test_append_subscribe(recorder)
    recorder.close()
