"""Mathematics that knows no Moon: Chebyshev series, roots, vectors, small systems of equations."""
