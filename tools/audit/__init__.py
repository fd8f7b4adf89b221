"""`make audit`: what Lighthouse and the Nu HTML checker say of the console's pages."""
