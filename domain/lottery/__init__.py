"""The mathematics of the draws, in integers and bytes: mingqian-draw-v1, mingqian-assign-v1."""
