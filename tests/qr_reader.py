# SPDX-License-Identifier: EUPL-1.2
"""What a camera looks for: an independent reader told, as the scan page tells its own, to read QR codes."""

import zxingcpp

QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Without it the reader now and then takes the edge of a QR code for a code of bars."""
