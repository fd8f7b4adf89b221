"""The composition root: reads the node's file once and puts the parts together.

Nothing below imports this package; what the parts need of it they find in `django.conf.settings`.
"""
