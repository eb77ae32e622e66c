"""What stands in files, whoever wrote them."""
