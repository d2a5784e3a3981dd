"""The figures that authorities ask for: what counts, what of it is done, and the events on which each rests."""
