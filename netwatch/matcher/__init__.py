"""First match over integer fields: no Azure in here, only ranges and row order."""
