"""A local API Gateway (HTTP API) and Function URLs in front of the handlers, read from the template."""
