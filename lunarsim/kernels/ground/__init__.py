"""The ground: heights, the search for the first contact, the verdict at touchdown."""
