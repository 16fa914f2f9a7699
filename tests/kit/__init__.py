"""The conformance kit: what an evaluator of compiled books must answer, as JSON lines.

`python -m tests.kit` writes `integrations/conformance/`; `books` gives the books, `draws` the
requests, `answers` what the package answers.
"""
