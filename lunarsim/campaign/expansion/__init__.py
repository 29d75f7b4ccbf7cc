"""A campaign as an expansion in its inputs: runs as polynomials, trained by exact runs and held against them."""
