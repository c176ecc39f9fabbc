"""What an expression that a plan does not show can mention: no more than its module sees.

Plans leave out locals and what stands in ``dynamic`` blocks. Source: Terraform's documentation, "References to Named
Values": an expression names resources of its own module, outputs of the modules that this one calls, and variables.
"""

from __future__ import annotations

from netwatch.formats.terraform.origins import Opaque, Origin, Scope, follow
from netwatch.formats.terraform.plan import Instance, Module, Plan, called

__all__ = ["visible"]


def visible(plan: Plan, module: Module) -> frozenset[Instance]:
    """The instances in a module and those below it, and those that its variables lead to."""
    if module.parent is None:
        return frozenset(plan.instances)
    found = {each for each in plan.instances if _is_within(each.module, module)}
    block = called(module.parent, module.call)
    expressions, loop = block.get("expressions"), block.get("for_each_expression")
    outer = Scope(module.parent, module.key, loop if isinstance(loop, dict) else None)
    for expression in expressions.values() if isinstance(expressions, dict) else ():
        for each in follow(plan, expression, outer):
            if isinstance(each, Origin):
                found.add(each.instance)
            elif isinstance(each, Opaque) and each.text.startswith(("local.", "module.")):
                found |= visible(plan, module.parent)
    return frozenset(found)


def _is_within(inner: Module | None, outer: Module) -> bool:
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False
