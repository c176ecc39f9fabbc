"""Deployment templates: parameters, expressions and loops become the resources that Azure would create.

The way through the room: ``syntax`` reads an expression, ``evaluator`` works it out with the ``functions_*`` tables in
the ``scope`` of a deployment, ``expansion`` turns templates into resources, ``references`` answers what one resource
asks of another, and ``reading`` hands the result to the reader of ARM resources.
"""
