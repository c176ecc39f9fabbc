"""The attributes of an instance or of a block in it: what is known, what is not, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from netwatch.formats.terraform.addresses import Key, Step, heads
from netwatch.formats.terraform.arm_types import ARM_TYPES, arm_type_of
from netwatch.formats.terraform.origins import (
    Constant,
    Opaque,
    Origin,
    follow,
    inside,
    open_variable,
    scope_of,
    written,
)
from netwatch.formats.terraform.plan import Instance, Json, Plan
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["Attributes", "Targets", "attributes_of", "mentions"]

_SETS = ("route", "security_rule", "subnet")
"""Blocks without an order: Terraform sorts their values, so that their number says nothing about the configuration."""

_UNSET: tuple[Any, ...] = (None, "", [], {})


class Targets(NamedTuple):
    """What a reference can mean: instances of the wanted types, and what is mentioned that a plan does not show."""

    instances: tuple[Instance, ...]
    origins: tuple[Origin, ...]
    unseen: tuple[str, ...]

    @property
    def may_lie_outside(self) -> bool:
        """Whether what is not shown is more than locals, so that it may mean what the plan does not hold."""
        return any(not each.startswith("local.") for each in self.unseen)


class Attributes:
    """Attributes by name. A value is what Terraform knows, None where there is none, or Unresolved.

    An unknown attribute that the configuration does not set is the provider's to choose, and reads as None.
    A sensitive value is Unresolved, because what answers rest on gets printed.
    """

    __slots__ = ("_expressions", "_sensitive", "_unknown", "instance", "plan", "values", "where")

    def __init__(
        self, plan: Plan, instance: Instance, value: tuple[Any, Any, Any], expressions: Any, where: Where
    ) -> None:
        values, unknown, sensitive = value
        self.plan = plan
        self.instance = instance
        self.values: Json = values if isinstance(values, dict) else {}
        self.where = where
        self._unknown = unknown
        self._sensitive = sensitive
        self._expressions = expressions

    def is_unknown(self, name: str) -> bool:
        """Whether an attribute as a whole is known only after the plan is applied."""
        return _mark(self._unknown, name) is True

    def unknown_names(self) -> tuple[str, ...]:
        """The attributes that are known only after the plan is applied."""
        marks = self._unknown
        return tuple(name for name, mark in marks.items() if mark is True) if isinstance(marks, dict) else ()

    def is_hidden(self, name: str) -> bool:
        """Whether an attribute is marked as sensitive, as a whole or in part."""
        mark = _mark(self._sensitive, name)
        return mark is True or (isinstance(mark, dict | list) and _holds_true(mark))

    def is_set(self, name: str) -> bool:
        """Whether anything is said about an attribute."""
        return self.values.get(name) not in _UNSET or (self.is_unknown(name) and self.expression(name) is not None)

    @property
    def shows_expressions(self) -> bool:
        """Whether the configuration is shown that these attributes come from; of ``dynamic`` blocks it is not."""
        return isinstance(self._expressions, dict)

    def expression(self, name: str) -> Any:
        """What the configuration says about an attribute; None where nothing."""
        found = self._expressions.get(name) if isinstance(self._expressions, dict) else None
        return found if isinstance(found, dict | list) else None

    def value(self, *names: str) -> Any:
        """The value of the first of these attributes that has one: newer and older spellings of the same."""
        for name in names:
            found = self._value(name)
            if found is not None and found != "":
                return found
        return None

    def _value(self, name: str) -> Any:
        known = self.values.get(name)
        if known is None or known == "":
            return self._unknown_value(name) if self.is_unknown(name) else None
        if self.is_hidden(name):
            return self._sensitive_value(name)
        return known

    def text(self, *names: str) -> str:
        """The text in an attribute; empty where there is none or it is not known."""
        found = self.value(*names)
        return found if isinstance(found, str) else ""

    def items(self, name: str) -> list[Any]:
        """The members of a list or set; Unresolved for each that is not known, and once where the list is not."""
        if self.is_unknown(name):
            found = self._unknown_value(name)
            return [] if found is None else found if isinstance(found, list) else [found]
        known = self.values.get(name)
        members = known if isinstance(known, list) else [] if known in _UNSET else [known]
        if members and self.is_hidden(name):
            return [self._sensitive_value(name)]
        marks = _mark(self._unknown, name)
        marked = marks if isinstance(marks, list) else []
        return [
            self._unknown_member(name) if index < len(marked) and marked[index] is True else member
            for index, member in enumerate(members)
        ]

    def blocks(self, name: str) -> Iterator[Attributes]:
        """The blocks of one kind; none where they as a whole are not known."""
        found = self.values.get(name)
        blocks = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
        for index, block in enumerate(blocks):
            marks = (_member(_mark(marks, name), index) for marks in (self._unknown, self._sensitive))
            expressions = self._block_expressions(name, index, blocks)
            place = self.where._replace(pointer=f"{self.where.pointer}.{name}[{index}]")
            yield Attributes(self.plan, self.instance, (block, *marks), expressions, place)

    def _block_expressions(self, name: str, index: int, blocks: list[Any]) -> Any:
        """What the configuration says about one block of several; every reference in it where it does not say which."""
        found = self.expression(name)
        if isinstance(found, dict):
            return _Everywhere(found)
        if not isinstance(found, list) or not found:
            return None
        written_blocks = [each for each in found if isinstance(each, dict)]
        own = blocks[index].get("name") if isinstance(blocks[index], dict) else None
        named = [each for each in written_blocks if own is not None and _constant(each.get("name")) == own]
        if len(named) == 1:
            return named[0]
        if len(written_blocks) == len(blocks) and (name not in _SETS or len(blocks) == 1):
            return written_blocks[index]
        return _Everywhere({"references": [text for each in written_blocks for text in _references(each)]})

    def targets(self, name: str, types: Iterable[str]) -> Targets:
        """What an unknown reference can mean."""
        expression = self.expression(name)
        found = follow(self.plan, expression, scope_of(self.instance)) if expression is not None else ()
        wanted = frozenset(ARM_TYPES[type].type for type in types)
        origins = tuple(each for each in found if isinstance(each, Origin))
        hits = dict.fromkeys(each.instance for each in origins if arm_type_of(each.instance) in wanted)
        names = [each.text for each in found if isinstance(each, Opaque)]
        names += [written((each.instance.address, *each.steps)) for each in origins if each.instance not in hits]
        return Targets(tuple(hits), origins, tuple(dict.fromkeys(names)))

    def _unknown_value(self, name: str) -> Any:
        expression = self.expression(name)
        if expression is None:
            if isinstance(self._expressions, dict) and not self.instance.is_data:
                return None
            return Unresolved("it is known only after the plan is applied", where=self.where)
        found = follow(self.plan, expression, scope_of(self.instance))
        values = {value for each in found for value in _known_values(self.plan, each)}
        if len(found) == 1 and len(values) == 1:
            return values.pop()
        variable = open_variable(self.plan, found)
        if variable is not None:
            return Unresolved(*variable, self.where)
        return self._left_open(expression, "it is known only after the plan is applied")

    def _unknown_member(self, name: str) -> Unresolved | Any:
        value = self._unknown_value(name)
        if isinstance(value, list) or value is None:
            return self._left_open(self.expression(name), "it is known only after the plan is applied")
        return value

    def _sensitive_value(self, name: str) -> Unresolved:
        return Unresolved(f"{name} is marked as sensitive, and sensitive values are not shown", where=self.where)

    def _left_open(self, expression: Any, reason: str) -> Unresolved:
        return Unresolved(reason, ", ".join(mentions(expression)), self.where)


class _Everywhere(dict[str, Any]):
    """An expression for several attributes at once: each may mean what any mentions."""

    def __init__(self, expression: Json) -> None:
        super().__init__(expression=expression)

    def get(self, name: str, default: Any = None) -> Any:
        return self["expression"]


def attributes_of(plan: Plan, instance: Instance) -> Attributes:
    """The attributes of an instance."""
    value = (instance.values, instance.unknown, instance.sensitive)
    return Attributes(plan, instance, value, instance.expressions, instance.where)


def _mark(marks: Any, name: str) -> Any:
    """The mark of an attribute: true, marks of what is in it, or nothing."""
    return True if marks is True else marks.get(name) if isinstance(marks, dict) else None


def _member(marks: Any, index: int) -> Any:
    return True if marks is True else marks[index] if isinstance(marks, list) and index < len(marks) else None


def _holds_true(marks: Any) -> bool:
    waiting = [marks]
    while waiting:
        each = waiting.pop()
        if each is True:
            return True
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return False


def _constant(expression: Any) -> Any:
    return expression.get("constant_value") if isinstance(expression, dict) else None


def _references(expression: Any) -> list[str]:
    """Every reference in an expression or a block, however deep."""
    found: list[str] = []
    waiting = [expression]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            references = each.get("references")
            if isinstance(references, list):
                found.extend(text for text in references if isinstance(text, str))
            else:
                waiting.extend(each.values())
    return found


def mentions(expression: Any) -> tuple[str, ...]:
    """What an expression mentions, as it is written there."""
    return heads(tuple(_references(expression)))


def _known_values(plan: Plan, found: Origin | Constant | Opaque) -> Iterator[Any]:
    """The value that an origin has as far as it is known: its own, or an address that was worked out before."""
    if isinstance(found, Origin):
        value = _only_prefix(found) or _at(plan, found.instance, found.steps)
        if value is None and plan.references_are_whole:
            value = inside(found.instance.values, found.steps)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield value


def _only_prefix(found: Origin) -> Any:
    """The prefix of a subnet by its older name, which version 2 of azurerm works out from the list."""
    prefixes = found.instance.values.get("address_prefixes") if found.steps == ("address_prefix",) else None
    return prefixes[0] if isinstance(prefixes, list) and len(prefixes) == 1 else None


_ADDRESSES = ("private_ip_address", "private_ip_addresses")
_CONFIGURATIONS = ("ip_configuration", "frontend_ip_configuration")


def _at(plan: Plan, instance: Instance, steps: tuple[Step, ...]) -> Any:
    """The address at a path into a NIC, load balancer, firewall or machine: said there, or worked out for Azure.

    As a whole, ``private_ip_address`` is known after applying only, even where the configuration says it. That of a NIC
    or load balancer is its first one, that of a machine the first of its NIC. Source: azurerm's documentation of
    azurerm_network_interface, azurerm_lb and azurerm_linux_virtual_machine.
    """
    number = 0
    if len(steps) > 2 and steps[0] in _CONFIGURATIONS and isinstance(steps[1], Key):
        number, steps = int(steps[1].value) if isinstance(steps[1].value, int) else 0, steps[2:]
    elif len(steps) > 1 and steps[0] == _ADDRESSES[1] and isinstance(steps[1], Key):
        number, steps = int(steps[1].value) if isinstance(steps[1].value, int) else 0, steps[:1]
    if not steps or steps[0] not in _ADDRESSES:
        return None
    holder = _address_holder(plan, instance)
    said = _said_address(plan, holder, number)
    if said is not None:
        return said
    plan.is_asked_for_addresses = True
    return plan.assumed.get((holder.address, number))


def _address_holder(plan: Plan, instance: Instance) -> Instance:
    """The only NIC of a machine; anything else is its own."""
    if arm_type_of(instance) != ARM_TYPES["azurerm_linux_virtual_machine"].type:
        return instance
    nics = attributes_of(plan, instance).targets("network_interface_ids", ("azurerm_network_interface",))
    return nics.instances[0] if len(nics.instances) == 1 and not nics.unseen else instance


def _said_address(plan: Plan, instance: Instance, number: int) -> Any:
    """The address that a configuration block says; None where it leaves it to Azure, or where it is sensitive."""
    fields = attributes_of(plan, instance)
    blocks = [block for name in _CONFIGURATIONS for block in fields.blocks(name)]
    if number >= len(blocks) or blocks[number].is_hidden("private_ip_address"):
        return None
    return blocks[number].values.get("private_ip_address") or None
