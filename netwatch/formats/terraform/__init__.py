"""Terraform: plans, states and directories become the resources that Azure will have once they are applied.

The way through the room: ``envelope`` reads what ``terraform show -json`` prints into a ``plan`` of instances,
``origins`` follows an unknown value through the configuration to where it comes from, ``attributes`` answers what one
attribute of an instance is, ``arm_ids`` gives every instance the id it has or will have, the modules named after kinds
of resources (``networks``, ``machines`` …) put azurerm's words into ARM's, and ``reading`` hands the result to the
reader of ARM resources. ``directory`` does the same for HCL.

Sources: Terraform documentation, "JSON Output Format" (format version 1.x); the documentation of the azurerm provider,
versions 2 to 4, for the names and defaults of its attributes.
"""

from __future__ import annotations

__all__: list[str] = []
