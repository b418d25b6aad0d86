# SPDX-License-Identifier: EUPL-1.2
"""What pages say in plain English: around every page, and what goes wrong."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    # ---------------------------------------------------------------------------- around every page
    "product": "Tegoed",
    "skip": "Skip to the content",
    "navigation": "Main menu",
    "municipality": "Municipality of {name}",
    "logged_in": "Logged in as {name}",
    "logout": "Log out",
    "demo": "This is a demonstration. All residents, providers and amounts are made up.",
    "next": "Next {count}",
    "first": "To the beginning",
    "pages": "Browse",
    "cut.newest": "These are the newest {count}. There are more.",
    "cut.first": "These are the first {count}. There are more.",
    "id": "Reference",
    "span.open": "from {first}",
    "choose": "Choose …",
    "error_title": "Attention: {title}",
    # ---------------------------------------------------------------------------------------- long work
    "job.allocations": "The messages are being read",
    "job.claim": "The claim is being read",
    "job.draft": "The settlement run is being drafted",
    "job.release": "The settlement run is being released",
    "job.export": "The files for the bank are being made ready",
    "job.busy": "Begun at {moment}.",
    "job.waits": "Asked at {moment}. Other work goes first.",
    "job.by": "Asked by {name}.",
    "job.far": "{done} of {total} done",
    "job.leave": "You can close this page: the work goes on. Come back later to see how it went.",
    "job.again": "Look again",
    "job.refused.allocations": "The messages were not read at {moment}",
    "job.refused.claim": "The claim was not read at {moment}",
    "job.refused.draft": "The settlement run was not drafted at {moment}",
    "job.refused.release": "The settlement run was not released at {moment}",
    "job.refused.export": "The files for the bank were not made ready at {moment}",
    "job.broken": "Something went wrong on our side",
    "job.broken.detail": "We tried a few times and it broke off each time. It is not your fault. What is "
    "shown here as done is done; the rest is not. Try again later.",
    "job.state.open": "we are busy with it",
    "job.state.refused": "refused",
    "job.state.tried": "tried",
    "job.state.done": "done",
    # --------------------------------------------------------------------------------- what goes wrong
    "fault.form": "This form is not right yet",
    "fault.foreign_form": "This form does not come from this site",
    "fault.foreign_form.detail": "Nothing was done. Open the page here once more and try again.",
    "fault.form_unreadable": "We cannot read this",
    "fault.form_unreadable.detail": "Nothing was done. Go back and try again.",
    "fault.page_unknown": "This page does not exist",
    "fault.page_unknown.detail": "See whether the address is right, or choose from the menu what you "
    "look for.",
    "fault.body_too_large": "This file is too large",
    "fault.body_too_large.detail": "Nothing was read. A file may be at most 25 MB.",
    "fault.database_unavailable": "Not available for a moment",
    "fault.database_unavailable.detail": "We do not know whether your order was recorded. Wait a "
    "moment, load the page again and look. Sending the same twice does no harm.",
    "fault.internal_error": "Something went wrong on our side",
    "fault.internal_error.detail": "You did nothing wrong. Try again later.",
    # ------------------------------------------------------------------------------- names of fields
    "field.until": "Up to and including",
    "field.id": "Reference",
    "field.reason": "Reason",
    "field.note": "Note",
    "field.file": "File",
}
