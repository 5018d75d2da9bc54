"""Amounts as people write them."""

from __future__ import annotations

# Currencies whose minor unit is not 1/100 (ISO 4217), as `money/iso4217.rs` of the core has them; a test compares.
DECIMALS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def amount(minor: int, currency: str | None) -> str:
    """Returns minor units with the currency and its decimals, such as `KES 10,000.00`."""
    if currency is None:
        return f"{minor:,} minor units"
    decimals = DECIMALS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**decimals)
    sign = "-" if minor < 0 else ""
    return f"{currency} {sign}{whole:,}{f'.{rest:0{decimals}}' if decimals else ''}"
