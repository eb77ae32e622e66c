"""Families of studies whose truth is known. One module a family; `bench/truth.py` runs them."""
