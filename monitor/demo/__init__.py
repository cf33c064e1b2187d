"""The demonstration: the whole job on a feed server of its own, with invented news."""
