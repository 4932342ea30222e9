"""Counts, durations and indicators for those who answer for them. Reads only; every figure opens the list behind it."""
