"""Mathematics under the proofs: decision diagrams, intervals, the simplex. It knows no price."""
