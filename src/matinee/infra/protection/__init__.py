"""Protection from callers who mean no good: what they do is scored, and too much of it blocks their address for a while.

`policy` (rules and numbers), `rules` (what one caller's requests look like), `suspects` (scores), `gate` (who is let in),
`service` (blocks and lists, stored and shared), `models`, `repository`.
"""
