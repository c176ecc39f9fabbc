"""A topology as Terraform's configuration, in its JSON syntax."""
