# SPDX-License-Identifier: EUPL-1.2
"""The command line: one thin file per command. What is heavy is imported when a command runs."""
