"""The native topology file: YAML whose first key is ``netwatch: 1``, its reader and its schema."""
