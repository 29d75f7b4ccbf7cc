"""The comparisons of the validation page, one module a section."""
