"""Interface for national systems, version 1: what an officer can do with cases, over HTTP and JSON.

It has no way of its own to decide or to validate: everything goes through the forms, actions and reads of the pages.
"""
