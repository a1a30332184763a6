"""Tests of rules that a project keeps beside them."""
