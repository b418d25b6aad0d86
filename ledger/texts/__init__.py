# SPDX-License-Identifier: EUPL-1.2
"""Every sentence the product says to people, in plain Dutch and plain English."""
