"""The way of a flow: where it stands, what rules and routes make of it there, and how the replies come back."""
