# SPDX-License-Identifier: EUPL-1.2
"""Pages for people: plain HTML without scripts, in Dutch and English."""
