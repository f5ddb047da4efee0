"""What can be built on `lenet`: docs/examples.md."""
