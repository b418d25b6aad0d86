# SPDX-License-Identifier: EUPL-1.2
"""Rules: what a programme, an entitlement or a contract allows and costs. Pure: they see only Facts."""
