"""Handlers to compare with, each on its own as a Lambda function would be."""
