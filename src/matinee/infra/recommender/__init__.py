"""A small library that learns which items go together, from who used what and from what the items are.

It knows nothing of films. `serving` is plain Python and needs nothing; `ease` and `content` need numpy and run in a process
of their own, which `learner` starts.
"""
