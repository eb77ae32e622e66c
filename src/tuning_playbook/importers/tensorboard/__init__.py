"""TensorBoard's logs, and what its page downloads."""
