"""Readers under a fuzzer that follows coverage (atheris): ``make fuzz``. Not part of ``make test``."""
