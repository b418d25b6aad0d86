# SPDX-License-Identifier: EUPL-1.2
"""OpenID Connect: identity providers of an installation, and the walk of somebody who logs in with one."""
