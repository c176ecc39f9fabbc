"""Words out: answers as ARM JSON, as text, as tables. camelCase lives here and in formats, nowhere else."""
