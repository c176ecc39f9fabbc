"""The names of one deployment: its parameters, variables and functions, each worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from netwatch.errors import TopologyError, TopologySchemaError
from netwatch.formats.arm_template.environment import Env, World, under
from netwatch.formats.arm_template.evaluator import evaluate, evaluate_node, looped
from netwatch.formats.arm_template.open_values import PartText
from netwatch.formats.arm_template.parameter_limits import breach, has_limits
from netwatch.formats.arm_template.syntax import Call
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["Context", "Scope", "Template", "member"]

_MAX_CALLS = 40
"""How deep user-defined functions may call one another."""

_BUSY = object()


class Template(NamedTuple):
    """A template and where it stands: a file, or a place inside one."""

    value: Mapping[str, Any]
    where: Where


class Context(NamedTuple):
    """Where a deployment goes. Texts, or Unresolved where the input does not fix them.

    ``resource_group`` is empty for deployments to a subscription, ``subscription`` for those above one.
    """

    subscription: Any
    resource_group: Any
    location: Any
    deployment: str = "azuredeploy"
    management_group: Any = ""


def member(value: Any, name: str) -> Any:
    """A member of a JSON object by its name in any case; None where there is none."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((each for key, each in value.items() if key.lower() == name.lower()), None)


ScopedCall = Callable[["Scope", Call, Env], Any]


class Scope:
    """The parameters, variables and functions of a template, for one deployment of it.

    ``given`` are the values of parameters, as functions that work them out. ``answer`` evaluates what depends on the
    deployment: ``resourceId``, ``reference`` and their like. ``symbols`` are the resources by symbolic name.
    """

    def __init__(
        self,
        world: World,
        template: Template,
        context: Context,
        *,
        given: Mapping[str, Callable[[], Any]],
        answer: ScopedCall,
    ) -> None:
        self.world = world
        self.template = template
        self.context = context
        self.symbols: dict[str, list[Any]] = {}
        self._given = given
        self._answer = answer
        self._known: dict[tuple[str, str], Any] = {}
        self._functions = _user_functions(template)
        self._depth = 0

    @property
    def env(self) -> Env:
        """The place of the template, outside of any loop."""
        return Env(self, self.template.where)

    def parameter(self, name: str, env: Env) -> Any:
        """The value of a parameter: given, or its default, or PartText where there is neither."""
        return self._once("parameter", name, env, self._parameter)

    def check_parameters(self) -> None:
        """Look at every value that is given and every default with limits, whether the template uses it or not."""
        declared = member(self.template.value, "parameters")
        for name, definition in declared.items() if isinstance(declared, Mapping) else ():
            definition = self._defined(definition)
            if name.lower() in self._given or (isinstance(definition, Mapping) and has_limits(definition)):
                try:
                    self.parameter(name, self.env)
                except TopologyError as error:
                    self.world.problem(error)

    def variable(self, name: str, env: Env) -> Any:
        """The value of a variable."""
        return self._once("variable", name, env, self._variable)

    def scoped(self, call: Call, env: Env) -> Any:
        """What a function gives that is not the same everywhere: a user's own, or one about the deployment."""
        function = self._functions.get(call.name.lower())
        if function is not None:
            return self._call(function, call, env)
        return self._answer(self, call, env)

    def _once(self, kind: str, name: str, env: Env, work: Callable[[str, Env], Any]) -> Any:
        key = (kind, name.lower())
        value = self._known.get(key)
        if value is _BUSY:
            raise env.circle(f"the {kind} {name}")
        if key not in self._known:
            self._known[key] = _BUSY
            try:
                value = self._known[key] = work(name, env)
            finally:
                if self._known[key] is _BUSY:
                    del self._known[key]
        return value

    def _parameter(self, name: str, env: Env) -> Any:
        declared = member(self.template.value, "parameters")
        definition = self._defined(member(declared, name))
        if not isinstance(definition, Mapping):
            raise env.error(f'there is no parameter "{name}".', _nearest(name, declared))
        where = under(self.template.where, "parameters", name)
        given = self._given.get(name.lower())
        if str(member(definition, "type") or "").lower().startswith("secure"):
            return self._secret(name, given, definition, where)
        value = None if given is None else given()
        if value is not None:
            return self._held(value, definition, f"the parameter {name} cannot have the value that it is given", where)
        if "defaultvalue" in {key.lower() for key in definition}:  # null leaves it to the default (Azure/bicep #9454)
            where = under(where, "defaultValue")
            value = evaluate(member(definition, "defaultValue"), Env(self, where))
            return self._held(value, definition, f"the parameter {name} cannot have its default value", where)
        if given is not None or member(definition, "nullable") is True:
            return None
        reason = f"the parameter {name} has neither a value nor a default"
        return PartText(reason, f"parameters('{name}')", where, "{" + name + "}")

    def _held(self, value: Any, definition: Mapping[str, Any], problem: str, where: Where) -> Any:
        """The value, after what is wrong with it by the limits of its parameter has been noted."""
        wrong = breach(value, definition)
        if wrong:
            refusal = TopologySchemaError(f"{problem}: {wrong}.", where=where, hint="Azure refuses this deployment.")
            self.world.refuse(refusal)
        return value

    def _defined(self, definition: Any) -> Any:
        """The definition of a parameter, with what the types that it refers to say and it does not."""
        found = definition
        for _ in range(_MAX_CALLS):
            name = member(found, "$ref")
            if not isinstance(name, str):
                break
            of_type = member(member(self.template.value, "definitions"), name.rpartition("/")[2])
            rest = {key: value for key, value in found.items() if key.lower() != "$ref"}
            found = {**(of_type if isinstance(of_type, Mapping) else {}), **rest}
        return found

    def _secret(self, name: str, given: Callable[[], Any] | None, definition: Any, where: Where) -> Any:
        """Secrets are never looked at, save to see that there is none: an empty text, as tokens have by default."""
        value = given() if given is not None else member(definition, "defaultValue")
        return "" if value == "" else Unresolved(f"the parameter {name} is a secret", f"parameters('{name}')", where)

    def _variable(self, name: str, env: Env) -> Any:
        declared = member(self.template.value, "variables")
        where = under(self.template.where, "variables")
        for key, value in declared.items() if isinstance(declared, Mapping) else ():
            if key.lower() == name.lower():
                return evaluate(value, Env(self, under(where, key)))
        for number, loop in enumerate(_list(member(declared, "copy"))):
            if str(member(loop, "name")).lower() == name.lower():
                return looped(loop, Env(self, under(where, "copy", number)))
        raise env.error(f'there is no variable "{name}".', _nearest(name, declared))

    def _call(self, function: _UserFunction, call: Call, env: Env) -> Any:
        if self._depth >= _MAX_CALLS:
            raise env.error(f"{call.name} calls itself, or others, more than {_MAX_CALLS} deep.")
        names = [str(member(each, "name")) for each in _list(member(function.definition, "parameters"))]
        if len(names) != len(call.arguments):
            raise env.error(f"{call.name} has {len(call.arguments)} arguments, expected {len(names)}.")
        values = [evaluate_node(each, env) for each in call.arguments]
        inside = _FunctionNames(self, dict(zip(map(str.lower, names), values, strict=True)))
        output = member(function.definition, "output")
        self._depth += 1
        try:
            return evaluate(member(output, "value"), Env(inside, under(function.where, "output", "value")))
        finally:
            self._depth -= 1


class _UserFunction(NamedTuple):
    definition: Mapping[str, Any]
    where: Where


class _FunctionNames:
    """The names inside a user-defined function: its own parameters, and no variables (Microsoft documentation)."""

    def __init__(self, scope: Scope, values: Mapping[str, Any]) -> None:
        self._scope = scope
        self._values = values

    @property
    def world(self) -> World:
        return self._scope.world

    def parameter(self, name: str, env: Env) -> Any:
        if name.lower() not in self._values:
            raise env.error(f'the function has no parameter "{name}".', _nearest(name, self._values))
        return self._values[name.lower()]

    def variable(self, name: str, env: Env) -> Any:
        raise env.error(f"a function cannot use the variable {name}.", "Give it as a parameter.")

    def scoped(self, call: Call, env: Env) -> Any:
        return self._scope.scoped(call, env)


def _user_functions(template: Template) -> dict[str, _UserFunction]:
    found: dict[str, _UserFunction] = {}
    for number, space in enumerate(_list(member(template.value, "functions"))):
        members = member(space, "members")
        for name, definition in members.items() if isinstance(members, Mapping) else ():
            where = under(template.where, "functions", number, "members", name)
            found[f"{member(space, 'namespace')}.{name}".lower()] = _UserFunction(definition, where)
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _nearest(name: str, declared: Any) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(declared) if isinstance(declared, Mapping) else [], n=1)
    return f'Did you mean "{near[0]}"?' if near else "Names in expressions must be declared."
