# SPDX-License-Identifier: EUPL-1.2
"""The bank's word, of whatever kind: which reader a message is for is told by its own namespace."""

import re
from typing import BinaryIO, Final

from ledger import bank_answers, bank_statements
from ledger.bank_messages import Reading
from ledger.db import Work
from ledger.errors import MalformedFile

_HEAD: Final = 4096
"""Within how many bytes the namespace stands."""
_ANSWER: Final = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:pain\.002\.")


def read(work: Work, source: BinaryIO, *, gap_accepted: bool = False) -> Reading:
    """Read an answer, statement or notice; see bank_answers.read and bank_statements.read.

    The source can be wound back. Raises what these raise; MalformedFile for anything else.
    """
    is_answer = _ANSWER.search(source.read(_HEAD)) is not None
    source.seek(0)
    if not is_answer:
        return bank_statements.read(work, source, gap_accepted=gap_accepted)
    if gap_accepted:
        raise MalformedFile(place="file", fault="is no statement, so that nothing can lack before it")
    return bank_answers.read(work, source)
