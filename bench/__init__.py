"""Measurements, run by hand or by `make bench`. Nothing in the product imports them."""
