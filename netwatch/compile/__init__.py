"""From meaning to numbers and graphs: the only room that knows both sides."""
